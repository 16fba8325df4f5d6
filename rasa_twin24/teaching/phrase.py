"""A taught phrase, and the file of Rasa's training data that holds such phrases. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import yaml

from rasa_twin24.text.taught import CONSENTS, phrase_key

TAUGHT_MARK = "taught"
VERSION = "3.1"


@dataclass(frozen=True)
class Taught:
    """`file` and `line` tell where it stands, counted from 1; they are no part of what it is."""

    text: str
    intent: str
    file: str = field(default="", compare=False)
    line: int = field(default=0, compare=False)


class WrongPhrases(ValueError):
    """One line that names the file, the line and the mend."""

    def __init__(self, file: str, line: int, why: str) -> None:
        super().__init__(f"{file}, line {line}: {why}")
        self.file = file
        self.line = line
        self.why = why


def by_key(phrases: Iterable[Taught]) -> dict[str, str]:
    """Intents by `phrase_key`."""
    return {phrase_key(phrase.text): phrase.intent for phrase in phrases}


def consents(phrases: Iterable[Taught]) -> dict[str, str]:
    """Those by which calls may be started."""
    return {key: intent for key, intent in by_key(phrases).items() if intent in CONSENTS}


def parse(content: str, file: str) -> list[Taught]:
    """The phrases of a file of Rasa's NLU training data, in its order. Raises `WrongPhrases`."""
    try:
        root = yaml.compose(content, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "it cannot be read"
        raise WrongPhrases(file, mark.line + 1 if mark else 1, f"no valid YAML: {problem}") from error
    if root is None:
        return []
    phrases: list[Taught] = []
    for key, value in _pairs(root, file, "the file"):
        if key.value == "version":
            continue
        if key.value != "nlu":
            raise WrongPhrases(file, _line(key), f"'{key.value}' has no place here: only 'version' and 'nlu' have")
        if not isinstance(value, yaml.SequenceNode):
            raise WrongPhrases(file, _line(value), "'nlu' must be a list of '- intent: …' with 'examples: |'")
        for block in value.value:
            phrases += _block(block, file)
    return phrases


def render(phrases: Sequence[Taught], *, head: str = "", marked: bool = False) -> str:
    """The file of these phrases; `marked` tells the guard, which learns them by heart, that they were taught."""
    lines = [*(f"# {line}" for line in head.splitlines()), f'version: "{VERSION}"']
    lines += ["", "nlu:"] if phrases else []
    for intent in dict.fromkeys(phrase.intent for phrase in phrases):
        lines.append(f"  - intent: {intent}")
        if marked:
            lines += ["    metadata:", f"      {TAUGHT_MARK}: true"]
        lines.append("    examples: |")
        lines += [f"      - {phrase.text}" for phrase in phrases if phrase.intent == intent]
    return "\n".join(lines) + "\n"


def canonical(phrases: Iterable[Taught]) -> bytes:
    """The same bytes for the same phrases, in whatever files and order; none for none."""
    known = sorted({(phrase.intent, phrase.text) for phrase in phrases})
    return json.dumps(known, ensure_ascii=False).encode() if known else b""


def _block(block: yaml.Node, file: str) -> list[Taught]:
    intent, examples = "", None
    for key, value in _pairs(block, file, "each entry of 'nlu'"):
        if key.value == "intent" and isinstance(value, yaml.ScalarNode):
            intent = str(value.value)
        elif key.value == "examples":
            examples = value
        elif key.value != "metadata":
            raise WrongPhrases(file, _line(key), f"'{key.value}' has no place here: use 'intent' and 'examples'")
    if not intent or examples is None:
        raise WrongPhrases(file, _line(block), "each entry of 'nlu' needs 'intent' and 'examples'")
    if not isinstance(examples, yaml.ScalarNode) or examples.style != "|":
        raise WrongPhrases(file, _line(examples), "write 'examples: |' and the phrases below, each after '- '")
    found = []
    for number, line in enumerate(str(examples.value).splitlines(), start=_line(examples) + 1):
        if not line.strip():
            continue
        if not line.startswith("- "):
            raise WrongPhrases(file, number, "each phrase begins with '- '")
        found.append(Taught(line[2:].strip(), intent, file, number))
    return found


def _pairs(node: yaml.Node, file: str, what: str) -> list[tuple[yaml.Node, yaml.Node]]:
    if not isinstance(node, yaml.MappingNode):
        raise WrongPhrases(file, _line(node), f"{what} must consist of 'name: value'")
    return list(node.value)


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
