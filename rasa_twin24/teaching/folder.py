"""The folder of taught phrases, `BOT_DATA_DIR/phrases`: files a person writes, one that the bot writes, a history.

Every change of it is one replaced file, so that a crash leaves the old or the new one. What was in use with each model
lies in `.history`, so that the last one can be brought back.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rasa_twin24.teaching.check import HARMLESS, Known, Reason, Refused, refusal
from rasa_twin24.teaching.phrase import Taught, WrongPhrases, by_key, consents, parse, render
from rasa_twin24.text.taught import phrase_key

try:
    import fcntl
except ImportError:  # Windows: there one process at a time has to do
    fcntl = None  # type: ignore[assignment]

OURS = "taught.yml"
HEAD = """\
What was taught in the chat or by `rasa-twin24 teach`; the bot writes it anew.
Write your own phrases into other files here."""
HISTORY = ".history"
KEPT = 5
Refusing = Callable[[Taught], Refused | None]
MOST_BYTES = 1_000_000


@dataclass(frozen=True)
class Version:
    """Phrases that a model was made with; `fingerprint` is the model's, `score` how it was judged, if it was."""

    folder: Path
    fingerprint: str
    score: dict[str, Any] | None


@dataclass(frozen=True)
class Usable:
    """The phrases that count, the files that they come from, and what is wrong with the others."""

    phrases: list[Taught]
    files: dict[str, bytes]
    wrong: list[WrongPhrases]


class PhraseFolder:
    """All of it blocks for a moment: call it in a thread of its own inside an event loop."""

    @classmethod
    def within(cls, data_dir: Path) -> PhraseFolder:
        """The one of BOT_DATA_DIR."""
        return cls(data_dir / "phrases")

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stamp: object = None
        self._consents: dict[str, str] = {}
        # Called after every change that is made through this object, in the thread that made it.
        self.changed: Callable[[], object] = lambda: None
        self._checked: dict[tuple[str, str], Refused | None] = {}
        self._checked_by: Known | None = None

    def stamp(self) -> tuple[tuple[str, int, int, int], ...]:
        """Changes whenever a file does."""
        found = []
        for file in self._files():
            try:
                stat = file.stat()
            except FileNotFoundError:
                continue
            found.append((file.name, stat.st_ino, stat.st_mtime_ns, stat.st_size))
        return tuple(found)

    def read(self, known: Known | None = None) -> list[Taught]:
        """All phrases, each once. With `known` every one is checked. Raises `WrongPhrases`."""
        phrases: dict[str, Taught] = {}
        for name, content in self.contents().items():
            for error in _add_file(phrases, self.path / name, content, self._refusing(known)):
                raise error
        return list(phrases.values())

    def usable(self, known: Known) -> Usable:
        """What counts whatever a person has written: a file that cannot be read is as it was with the last model."""
        versions = self.versions()
        last = _files_of(versions[-1]) if versions else {}
        refusing = self._refusing(known)
        phrases: dict[str, Taught] = {}
        files: dict[str, bytes] = {}
        wrong = []
        for name, content in self.contents().items():
            for tried in (content, last.get(name)):
                if tried is None:
                    continue
                try:
                    wrong += _add_file(phrases, self.path / name, tried, refusing)
                except WrongPhrases as error:
                    wrong += [error] if tried is content else []
                else:
                    files[name] = tried
                    break
        return Usable(list(phrases.values()), files, wrong)

    def last_good(self) -> list[Taught]:
        """The phrases of the last model that was in use; none if there was no such model."""
        versions = self.versions()
        phrases: dict[str, Taught] = {}
        for name, content in (_files_of(versions[-1]) if versions else {}).items():
            with suppress(WrongPhrases):
                _add_file(phrases, self.path / name, content, self._refusing(None))
        return list(phrases.values())

    def consents(self) -> dict[str, str]:
        """The taught phrases that may start calls, by `phrase_key`: none of a file that cannot be read."""
        try:
            stamp = self.stamp()
            if stamp != self._stamp:
                phrases: dict[str, Taught] = {}
                for name, content in self.contents().items():
                    with suppress(WrongPhrases):
                        _add_file(phrases, self.path / name, content, self._refusing(None))
                self._consents, self._stamp = consents(phrases.values()), stamp
        except OSError:
            self._consents, self._stamp = {}, None
        return self._consents

    def add(self, text: str, intent: str, known: Known) -> Refused | None:
        """Check a phrase and write it down; the reason when it is refused. Raises `WrongPhrases`."""
        text = " ".join(text.split())
        with self._locked():
            phrases = self.read()
            refused = refusal(text, intent, replace(known, taught=by_key(phrases)))
            if refused is None:
                self._write([*self._ours(), Taught(text, intent)])
        if refused is None:
            self.changed()
        return refused

    def forget(self, text: str) -> Taught | None:
        """Take a phrase out again; None when it is not in the bot's own file. Raises `WrongPhrases`."""
        key = phrase_key(text)
        with self._locked():
            ours = self._ours()
            gone = next((phrase for phrase in ours if phrase_key(phrase.text) == key), None)
            if gone is not None:
                self._write([phrase for phrase in ours if phrase is not gone])
        if gone is not None:
            self.changed()
        return gone

    def drop(self, phrases: list[Taught]) -> None:
        """Take these out of the bot's own file."""
        with self._locked():
            self._write([phrase for phrase in self._ours() if phrase not in phrases])
        self.changed()

    def versions(self) -> list[Version]:
        """What was in use, oldest first."""
        folders = sorted(entry for entry in (self.path / HISTORY).glob("[0-9]*-*") if entry.is_dir())
        return [Version(entry, entry.name.partition("-")[2], _score(entry)) for entry in folders]

    def keep(self, fingerprint: str, files: dict[str, bytes], score: dict[str, Any] | None) -> list[str]:
        """Add what a model that is in use now was made with; returns the fingerprints that are not kept any longer."""
        versions = self.versions()
        if versions and versions[-1].fingerprint == fingerprint:
            if score is not None and versions[-1].score is None:
                _replace(versions[-1].folder / "score.json", json.dumps(score, ensure_ascii=False).encode())
            return []
        number = int(versions[-1].folder.name.partition("-")[0]) + 1 if versions else 1
        target = self.path / HISTORY / f"{number:06d}-{fingerprint}"
        making = target.with_name(f".{target.name}")
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(parents=True)
        for name, content in files.items():
            (making / name).write_bytes(content)
        if score is not None:
            (making / "score.json").write_text(json.dumps(score, ensure_ascii=False), encoding="utf-8")
        making.rename(target)
        dropped = versions[: max(0, len(versions) + 1 - KEPT)]
        for version in dropped:
            shutil.rmtree(version.folder, ignore_errors=True)
        left = {version.fingerprint for version in self.versions()}
        return [version.fingerprint for version in dropped if version.fingerprint not in left]

    def contents(self) -> dict[str, bytes]:
        """The files by name, as they are; what a person removes meanwhile is none."""
        found = {}
        for file in self._files():
            with suppress(FileNotFoundError):
                found[file.name] = file.read_bytes()
        return found

    def back(self) -> bool:
        """Bring the phrases of the last model back; false when there is none before the present one.

        What is taught and not in use yet goes first: then the phrases of the present model are back.
        """
        with self._locked():
            versions = self.versions()
            if not versions:
                return False
            if self.contents() == _files_of(versions[-1]):
                if len(versions) < 2:
                    return False
                gone = versions.pop()
                undone = gone.folder.with_name(f".undone-{gone.folder.name}")  # its phrases are lost to nobody
                shutil.rmtree(undone, ignore_errors=True)
                gone.folder.rename(undone)
            self._restore(_files_of(versions[-1]))
        self.changed()
        return True

    def _refusing(self, known: Known | None) -> Refusing:
        """`refusal` that remembers: a consent is compared with thousands of phrases."""
        if known is None:
            return lambda _phrase: None
        if known is not self._checked_by:
            self._checked, self._checked_by = {}, known
        checked = self._checked

        def refusing(phrase: Taught) -> Refused | None:
            key = (phrase.text, phrase.intent)
            if key not in checked:
                checked[key] = refusal(phrase.text, phrase.intent, known)
            return checked[key]

        return refusing

    def _restore(self, files: dict[str, bytes]) -> None:
        for file in self._files():
            if file.name not in files:
                file.unlink()
        for name, content in files.items():
            _replace(self.path / name, content)

    def _ours(self) -> list[Taught]:
        file = self.path / OURS
        return parse(file.read_text(encoding="utf-8"), str(file)) if file.exists() else []

    def _write(self, phrases: list[Taught]) -> None:
        _replace(self.path / OURS, render(phrases, head=HEAD).encode())

    def _files(self) -> list[Path]:
        return sorted(file for file in self.path.glob("*.y*ml") if not file.name.startswith("."))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One writer at a time, of all processes."""
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / ".lock").open("w") as lock:
            if fcntl is not None:
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _add_file(phrases: dict[str, Taught], file: Path, content: bytes, refusing: Refusing) -> list[WrongPhrases]:
    """Add the phrases of a file, each once; returns those that are left out. Raises `WrongPhrases`, then adds none.

    One that cannot be taught takes no other with it.
    """
    wrong = []
    for phrase in parse(_text(file, content), str(file)):
        before = phrases.setdefault(phrase_key(phrase.text), phrase)
        refused = refusing(phrase)
        why = ""
        if before.intent != phrase.intent:
            why = f"the same phrase is '{before.intent}' in {Path(before.file).name}, line {before.line}"
        elif refused is not None and refused.reason not in HARMLESS:
            why = why_refused(refused)
            if before is phrase:
                del phrases[phrase_key(phrase.text)]
        if why:
            wrong.append(WrongPhrases(phrase.file, phrase.line, why))
    return wrong


def why_refused(refused: Refused) -> str:
    """In English, for files and the command line."""
    return _WHY[refused.reason].format(intent=refused.intent)


_WHY = {
    Reason.EMPTY: "the phrase has no words",
    Reason.TOO_LONG: "the phrase is too long",
    Reason.MARKUP: "the phrase has signs that have no place in one, such as [ ] { } \\ or a leading -, / or #",
    Reason.NUMBER: "the phrase holds a phone number, or what looks like one",
    Reason.ADDRESS: "the phrase holds an e-mail or a link",
    Reason.ID: "the phrase holds an id or a long number",
    Reason.UNKNOWN_INTENT: "there is no such intent",
    Reason.NOT_TEACHABLE: "this intent is not read from a phrase alone",
    Reason.KNOWN: "it is understood so already ({intent})",
    Reason.CONTRADICTS: "it means '{intent}' already",
    Reason.WEAKENS_YES: "it may be a no, a doubt, a delay or a question, which is never a yes",
    Reason.CLEAR_YES: "it is a clear yes ({intent})",
}


def _text(file: Path, content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise WrongPhrases(str(file), 1, "the file is too big")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise WrongPhrases(str(file), line, "save the file as UTF-8") from error


def _files_of(version: Version) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(version.folder.glob("*.y*ml"))}


def _score(folder: Path) -> dict[str, Any] | None:
    try:
        kept: dict[str, Any] = json.loads((folder / "score.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return kept


def _replace(file: Path, content: bytes) -> None:
    """The whole new file or the whole old one, whenever the process or the machine stops."""
    making = file.with_name(f".{file.name}.{os.getpid()}")
    with making.open("wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    making.replace(file)
