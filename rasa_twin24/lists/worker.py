"""The process that reads one list: `python -I -m rasa_twin24.lists.worker`, fed and heard through pipes.

Files come from anybody, and parsers have bugs: so nothing of the bot is in here, no secret, no connection; memory and
processor time are bounded before the first byte is looked at, and the bot outlives whatever happens. It ends by itself
when nobody listens any more.
"""

from __future__ import annotations

import gc
import os
import resource
import sys
from typing import BinaryIO

from rasa_twin24.lists.candidates import candidates
from rasa_twin24.lists.outcome import ChooseColumn, UnreadableList
from rasa_twin24.lists.wire import Order, answer, refusal_line

_NICENESS = 10  # whoever talks to the bot meanwhile comes first


def main() -> None:
    """Read an order and its file, answer, end. Exit code 1: nobody listens; a signal: the limits were reached."""
    order = Order.from_line(sys.stdin.buffer.readline())
    _limit(order.memory, order.cpu_seconds)
    gc.disable()  # reading makes no cycles, and there is little time for them to gather
    content = sys.stdin.buffer.read()
    try:
        _answer(content, order, sys.stdout.buffer)
    except BrokenPipeError:
        os._exit(1)  # without the attempt to write what is left


def _answer(content: bytes, order: Order, to: BinaryIO) -> None:
    try:
        for outcome in candidates(
            content, order.name, order.region, order.most_rows, order.column, to_call=order.to_call
        ):
            to.write(answer(outcome, order.label))
            to.flush()
    except BrokenPipeError:
        raise
    except MemoryError:
        to.write(refusal_line(UnreadableList("too_big")))
    except (UnreadableList, ChooseColumn, Exception) as error:
        to.write(refusal_line(error))
    to.flush()


def _limit(memory: int, cpu_seconds: int) -> None:
    """Bytes of address space and seconds of the processor; more of them ends the process."""
    os.nice(_NICENESS)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a dump would hold the numbers
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
    if sys.platform == "linux":  # macOS knows this limit and refuses to set it
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


if __name__ == "__main__":
    main()
