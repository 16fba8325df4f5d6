"""Beside the running bot: what is taught counts at once, and a model that has learnt it takes over once judged."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog

from rasa_twin24 import model
from rasa_twin24.ledger import Ledger
from rasa_twin24.logs import places
from rasa_twin24.nlu.taught_now import teach_now
from rasa_twin24.teaching.folder import PhraseFolder, Usable
from rasa_twin24.teaching.job import Training
from rasa_twin24.teaching.judge import Score, Verdict
from rasa_twin24.teaching.known import known_of
from rasa_twin24.teaching.lines import LINE
from rasa_twin24.teaching.phrase import Taught, by_key, canonical
from rasa_twin24.text.phones import hide_numbers

log = structlog.get_logger(__name__)

# A training that is stopped is over within this time, seconds.
CLOSE_SECONDS = 5.0
# What failed for another reason than the phrases is tried again after this pause, doubled every time, seconds.
RETRY_SECONDS = 15.0
MOST_RETRY_SECONDS = 3600.0
# How often the folder is looked at, seconds.
LOOK_PAUSE = 0.5


class Teacher:
    """`swap` builds the bot's understanding anew from a model and puts it in between two turns."""

    def __init__(
        self,
        project: Path,
        folder: PhraseFolder,
        ledger: Ledger,
        running: Path,
        swap: Callable[[Path], Awaitable[None]],
    ) -> None:
        self._project = project
        self._folder = folder
        self._ledger = ledger
        self._running = running
        self._swap = swap
        folder.changed = self._count  # at once when it is changed in this process, else with the next look
        # Stamps of the folder: as it was read last, and as the running model belongs to it.
        self._seen: object = None
        self._done: object = None
        self._usable = Usable([], {}, [])
        self._training: Training | None = None
        self._changing: asyncio.Task[None] | None = None
        self._closed = False
        self._failures = 0
        # Of phrases that could not be trained: not tried again until they change or the bot starts anew.
        self._failed = ""

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to be made of what was read."""
        return self._seen is not None and self._seen == self._done and (self._changing is None or self._changing.done())

    async def work(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.look()
            except Exception as error:  # the database or the disk may be away for a while
                log.error("teaching_failed", error=type(error).__name__, at=places(error))
            await asyncio.sleep(LOOK_PAUSE)

    async def close(self) -> None:
        """Stop a training that runs: its phrases are trained after the next start."""
        self._closed = True
        if self._training is not None:
            self._training.stop()
        if self._changing is not None:
            await asyncio.wait([self._changing], timeout=CLOSE_SECONDS)
            self._changing.cancel()

    async def look(self) -> None:
        """Read the folder if it has changed; unless a model is being made already, begin to make what belongs to it."""
        stamp = await asyncio.to_thread(self._folder.stamp)
        if stamp != self._seen:
            self._usable = await asyncio.to_thread(self._count)
            self._seen = stamp
            for error in self._usable.wrong:
                log.error("phrases_wrong", where=f"{error.file}:{error.line}", why=error.why)
        if self._seen != self._done and (self._changing is None or self._changing.done()) and not self._closed:
            self._changing = asyncio.create_task(self._change(self._seen, self._usable))

    def _count(self) -> Usable:
        """Let what the folder holds count from now on."""
        usable = self._folder.usable(known_of(self._project))
        teach_now(by_key(usable.phrases))
        return usable

    async def _change(self, stamp: object, usable: Usable) -> None:
        """Make the model of the phrases that were read with this stamp the running one, if it can be."""
        phrases, files = usable.phrases, usable.files
        try:
            wanted = await asyncio.to_thread(model.fingerprint, self._project, canonical(phrases))
            if not self._folder.versions():  # the way back from the first phrase ever taught
                await asyncio.to_thread(self._folder.keep, _fingerprint_of(self._running), {}, None)
            if self._running.name.endswith(f"-{wanted}.tar.gz"):
                await self._in_use(wanted, files, None, stamp)
            elif (found := model.find_named(self._project, wanted)) is not None:
                await self._take_over(found, wanted, files, None, stamp)
            elif wanted != self._failed:
                await self._train(phrases, files, wanted, stamp)
            self._done = stamp
            for error in usable.wrong:
                await self._tell("teach_file_wrong", file=Path(error.file).name, line=str(error.line))
            self._failures = 0
        except Exception as error:  # the database or the disk may be away for a while: it is tried again
            log.error("teaching_failed", error=type(error).__name__, at=places(error))
            self._failures += 1
            await asyncio.sleep(min(RETRY_SECONDS * 2.0**self._failures, MOST_RETRY_SECONDS))

    async def _train(self, phrases: list[Taught], files: dict[str, bytes], wanted: str, stamp: object) -> None:
        """Train beside the talk, judge, and take over or take the phrases out again."""
        name = await asyncio.to_thread(model.new_name, self._project, canonical(phrases))
        await self._tell("teach_training", over=False)
        log.info("teaching_began", phrases=len(phrases))
        score = await asyncio.to_thread(_score_of, self._folder, self._running)
        training = self._training = await asyncio.to_thread(
            Training, self._project, name, phrases, self._running, score
        )
        try:
            verdict = await asyncio.to_thread(training.finish)
            if self._closed:
                return
            if verdict.objection is None:
                taken = await asyncio.to_thread(model.take, self._project, training.model)
                await self._take_over(taken, wanted, files, verdict.score, stamp)
            else:
                await self._refuse(verdict, phrases, wanted)
        except model.TrainingFailed as error:
            if not self._closed:
                self._failed = wanted
                log.error("training_failed", output=str(error)[-500:])
                await self._tell("teach_training_failed")
        finally:
            self._training = None
            await asyncio.to_thread(training.clear)

    async def _take_over(
        self, taken: Path, wanted: str, files: dict[str, bytes], score: Score | None, stamp: object
    ) -> None:
        await self._swap(taken)
        self._running = taken
        await asyncio.to_thread(model.use, taken)
        await self._in_use(wanted, files, score, stamp)

    async def _in_use(self, wanted: str, files: dict[str, bytes], score: Score | None, stamp: object) -> None:
        """The model of these files answers now: put it down, tell those who wait, and drop what is too old."""
        dropped = await asyncio.to_thread(
            self._folder.keep, wanted, files, score.to_json() if score is not None else None
        )
        kept = {version.fingerprint for version in await asyncio.to_thread(self._folder.versions)}
        base = await asyncio.to_thread(model.fingerprint, self._project)
        await asyncio.to_thread(model.clean, self._project, dropped, kept | {base, wanted})
        log.info("teaching_in_use", model=self._running.name)
        if await asyncio.to_thread(self._folder.stamp) != stamp:
            return  # more was taught meanwhile: who waits hears of the next one
        if score is None:
            await self._tell("teach_in_use")
        else:
            await self._tell("teach_taken", accuracy=percent(score.accuracy), affirm=percent(score.affirm_recall))

    async def _refuse(self, verdict: Verdict, phrases: list[Taught], wanted: str) -> None:
        """The worse model is not taken: what was taught since the running one goes out again, and is named."""
        log.warning("model_not_taken", objection=verdict.objection)
        was = await asyncio.to_thread(self._folder.last_good)
        new = [phrase for phrase in phrases if phrase not in was]
        await asyncio.to_thread(self._folder.drop, new)
        self._failed = wanted  # by hand they may still stand in a file
        await self._tell(
            f"teach_not_taken_{verdict.objection}",
            phrases=named(verdict.phrases),
            dropped=named(tuple(phrase.text for phrase in new)),
        )

    async def _tell(self, kind: str, *, over: bool = True, **params: str) -> None:
        """What the lines of those who wait say now."""
        for line in await self._ledger.progress.open(LINE):
            if over:
                await self._ledger.progress.over(line.key, kind, **params)
            else:
                await self._ledger.progress.show(line.key, line.conversation, kind, **params)


def named(phrases: tuple[str, ...]) -> str:
    """Phrases as they are shown: without whole numbers."""
    return ", ".join(f"«{hide_numbers(phrase)}»" for phrase in phrases) or "—"


def percent(share: float) -> str:
    return f"{share * 100:.1f}%"


def _fingerprint_of(trained: Path) -> str:
    return trained.name.removesuffix(".tar.gz").rpartition("-")[2]


def _score_of(folder: PhraseFolder, running: Path) -> Score | None:
    """How the running model was judged, if it was."""
    for version in reversed(folder.versions()):
        if version.fingerprint == _fingerprint_of(running) and version.score is not None:
            try:
                return Score.from_json(version.score)
            except (TypeError, KeyError):  # another version of the bot has written it
                return None
    return None
