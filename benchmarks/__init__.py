"""Figures as ratios of one run: machines differ and are noisy."""

import logging


def _is_no_hanging_up(record: logging.LogRecord) -> bool:
    return not (record.exc_info and isinstance(record.exc_info[1], ConnectionResetError))


# A bot that is stopped hangs up in the middle of what it sends; aiohttp prints where its server was, at great length.
logging.getLogger("aiohttp.server").addFilter(_is_no_hanging_up)
