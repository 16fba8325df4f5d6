"""What a person sent, the same for every messenger. Pure."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import asdict, dataclass, field, replace

from rasa_twin24.ledger.invites import CODE
from rasa_twin24.ledger.message_id import message_id
from rasa_twin24.text.language import language_of

# A longer text is a list that somebody pasted: it is kept as a file and never parsed by Rasa.
MAX_TEXT = 10_000
# So is a shorter one that holds more numbers than anybody types.
MOST_TYPED_NUMBERS = 30

TEXT = "text"
FORWARDED = "forwarded"  # somebody else's words: read, but never a consent
BUTTON = "button"  # `text` is the button's token
CONTACT = "contact"  # `text` is a line per card, see cards.py
OWN_CONTACT = "own_contact"  # the same, and the messenger proves that it is the card of who sent it
FILE = "file"  # `text` is what was written under it
EDITED = "edited"
NOTICE = "notice"  # from the bot's own work; `text` is the notice's id
# Kinds that the bot cannot read yet and says so.
UNREADABLE = ("voice", "photo", "sticker", "other")
# The longest number is 15 digits, one of a city without its code 7.
_NUMBER_DIGITS = 7
# What stands between the digits of one number. A blank too: numbers in a row count as one, their digits all the same.
_NUMBER_LIKE = re.compile(r"[0-9](?:[ \t().\-+\u00a0\u2010-\u2015]{0,4}[0-9]){6,}")

# Everything that ends a line somewhere: two numbers on two lines must not grow together.
_LINE_BREAK = re.compile(r"\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# Control characters but tab and line feed, and halves of surrogate pairs, which no database takes.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ufeff\ud800-\udfff]")
_COMMAND = re.compile(r"^/([A-Za-z0-9_]{1,32})(?:@[A-Za-z0-9_]+)?(?:\s+|$)")
# Of a person's name; longer ones are made to push what stands beside them out of sight.
MAX_NAME = 60
MAX_FILE_NAME = 100

# Commands every messenger understands, and the intent each stands for.
COMMANDS = {
    "start": "start",
    "new": "create_task",
    "add": "add_to_existing_task",
    "help": "help",
    "cancel": "cancel",
    "stopall": "emergency_stop",
    "liftstop": "lift_stop",
    "limits": "show_limits",
    "audit": "audit",
    "forget": "forget",
    "people": "list_people",
    "invite": "invite_person",
    "numbers": "show_list",
    "donotcall": "do_not_call",
    "link": "link_account",
    "unlink": "unlink_account",
}
# Commands whose words behind them are read by the action.
_WITH_WORDS = ("do_not_call",)
# What stands behind /invite; anything else there is asked for again.
_INVITED = {"operator": "invite_operator", "viewer": "invite_viewer"}


@dataclass(frozen=True)
class Attached:
    """A file as its messenger describes it: `id` is what it is fetched by, `size` in bytes, None when not told."""

    id: str
    name: str = field(repr=False)
    size: int | None = None


@dataclass(frozen=True)
class Incoming:
    """`person` is the messenger's id of who wrote, `key` what a repetition of this update has in common with it.

    `language` is the messenger's idea of the person's language, an IETF tag; `name` is chosen by the person and shown
    to others with the id only; `again`: a killed process may have worked it off already, wholly or in part; `home`: the
    conversation that this account is linked to, None for its own.
    """

    channel: str
    key: str
    person: str
    kind: str
    text: str = ""
    language: str | None = None
    name: str = field(default="", compare=False, repr=False)
    again: bool = field(default=False, compare=False)
    file: Attached | None = None  # of kind FILE, unless the ledger has it already under `key`
    # Further updates that this turn stands for; in memory only, each is kept as it came.
    also: tuple[str, ...] = ()
    home: str | None = None

    @property
    def account(self) -> str:
        """`<messenger>:<id>`: the same number in two messengers is two accounts."""
        return f"{self.channel}:{self.person}"

    @property
    def conversation(self) -> str:
        """What is talked about belongs to it; an account's own unless it is linked to another's."""
        return self.home or self.account

    @property
    def message_id(self) -> str:
        """The same for repetitions, and no other message of the conversation has it."""
        return message_id(self.conversation, self.channel, self.key)

    def at(self, conversation: str) -> Incoming:
        """The same message in this conversation."""
        return replace(self, home=None if conversation == self.account else conversation)

    def to_json(self) -> str:
        # ASCII: what a database would refuse as text, such as half a surrogate pair, is kept escaped.
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Incoming:
        fields = json.loads(text)
        file = fields.pop("file", None)
        fields["also"] = tuple(fields.get("also", ()))
        return cls(**fields, file=Attached(**file) if file else None)


@dataclass(frozen=True)
class Understood:
    """What Rasa gets: `intent` None means that its NLU reads the text.

    The kind goes along as metadata: actions must know a typed yes from a pressed one. Beside it only what the language
    is where the text does not tell it, since metadata is stored with the conversation.
    """

    text: str
    intent: str | None = None
    entities: tuple[tuple[str, str], ...] = ()
    kind: str = TEXT
    language: str | None = None  # what to answer in, "ru" or "en"; None: nobody knows yet

    @property
    def parse_data(self) -> dict[str, object] | None:
        if self.intent is None:
            return None
        intent = {"name": self.intent, "confidence": 1.0}
        return {
            "text": self.text,
            "intent": intent,
            "intent_ranking": [intent],
            "entities": [{"entity": name, "value": value} for name, value in (*self.entities, *self._language)],
        }

    @property
    def metadata(self) -> dict[str, object]:
        is_read = self.intent is None
        told = self._language if is_read and self.language != language_of(self.text) else ()
        return {"kind": self.kind, **dict(told)}

    @property
    def _language(self) -> tuple[tuple[str, str], ...]:
        return (("language", self.language),) if self.language else ()


def said(intent: str, entities: tuple[tuple[str, str], ...] = (), kind: str = TEXT) -> Understood:
    """A turn whose intent is known without reading; its text is the intent's name, as Rasa writes a pressed button."""
    return Understood(f"/{intent}", intent, entities, kind)


def understand(incoming: Incoming, pressed: str | None = None) -> Understood:
    """Turn an update into a turn; `pressed` is the payload of a button that was still alive.

    Rasa reads any text that begins with "/" as an intent with slots of the sender's choice, after the whole
    pipeline. So such a text never reaches it as text: it is one of the known commands, or it is not understood.
    """
    if incoming.kind == BUTTON:
        if pressed is None:
            return said("stale_button", kind=BUTTON)
        intent, entities = read_payload(pressed)
        return said(intent, entities, kind=BUTTON)
    if incoming.kind == EDITED:
        return said("edited_message", kind=EDITED)
    if incoming.kind == NOTICE:
        return said("notice", (("notice", incoming.text),), kind=NOTICE)
    if incoming.kind in UNREADABLE:
        return said("unreadable_message", (("kind", incoming.kind),), kind=incoming.kind)
    if incoming.kind in (CONTACT, OWN_CONTACT):
        # Named here: a card bears whatever name somebody gave it, and that is nobody's request.
        return Understood(clean(incoming.text).lstrip("/ ") or "?", "provide_phone", kind=incoming.kind)
    text = clean(incoming.text)
    if not text:
        return said("empty_message")
    if text.startswith("/"):
        command = _COMMAND.match(text)
        intent = COMMANDS.get(command[1].lower() if command else "", "unknown_command")
        if command and intent == "invite_person":
            intent = _INVITED.get(text[command.end() :].strip().lower(), intent)
        if command and intent in _WITH_WORDS and (words := text[command.end() :].strip()):
            # The name in front, without its slash: the words may begin with one.
            return replace(said(intent, kind="command"), text=f"{command[1].lower()} {words}")
        return said(intent, kind="command")
    if invitation(incoming):  # a one-time code is no business of the language model, nor of what Rasa keeps
        return said("invite_code")
    return Understood(text, kind=incoming.kind)


def language_spoken(incoming: Incoming) -> str | None:
    """The language of a person's own words, when they tell it: not of what was forwarded, a list, a command, a card."""
    if incoming.kind not in (TEXT, FILE) or (incoming.kind == TEXT and carries_file(incoming)):
        return None
    text = clean(incoming.text)
    return None if text.startswith("/") else language_of(text)


def guessed_language(tag: str | None) -> str | None:
    """What to speak with somebody who has said nothing yet, by their messenger's IETF tag."""
    language = (tag or "").split("-")[0].lower()
    return language if language in ("ru", "en") else None


def carries_file(incoming: Incoming) -> bool:
    """Whether the turn is about a file: one that was sent, or a pasted list, which becomes one."""
    return incoming.kind == FILE or (incoming.kind in (TEXT, FORWARDED) and is_list(incoming.text))


def is_list(text: str) -> bool:
    """Whether a text is a list of numbers that was pasted, or anything else of a length that nobody types.

    More lines than anybody types, most of them with a number in it; or as many numbers without lines. Commands are
    none: what follows them is not read.
    """
    if len(text) > MAX_TEXT:
        return True
    if clean(text).startswith("/"):
        return False
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_TYPED_NUMBERS:
        with_number = sum(sum(map(str.isdigit, line)) >= _NUMBER_DIGITS for line in lines)
        if with_number * 2 > len(lines):
            return True
    digits = sum(sum(map(str.isdigit, found[0])) for found in _NUMBER_LIKE.finditer(text))
    return digits > MOST_TYPED_NUMBERS * 11


def file_turn(file_id: str, caption: str = "") -> Understood:
    """The turn of a kept file; whatever it holds, it is no consent."""
    entities = (("file", file_id), ("caption", caption)) if caption else (("file", file_id),)
    return said("provide_file", entities, kind=FILE)


def invitation(incoming: Incoming) -> str | None:
    """The invitation code that a message consists of, alone or behind /start as Telegram's links bring it."""
    if incoming.kind not in (TEXT, FORWARDED):
        return None
    text = clean(incoming.text)
    command = _COMMAND.match(text)
    if command and command[1].lower() == "start":
        text = text[command.end() :].strip()
    return text if CODE.fullmatch(text) else None


def command_named(incoming: Incoming) -> str:
    """The letters of a command's name: what may be written down of a command that does not exist."""
    found = re.match(r"/+([A-Za-z_]{0,32})", clean(incoming.text))
    return found[1] if found else ""


def clean_name(*parts: object) -> str:
    """A person's name fit to be shown to others: one line, nothing invisible, no mark of writing direction."""
    return _visible(" ".join(part for part in parts if isinstance(part, str)))[:MAX_NAME].rstrip()


def clean_file_name(name: object, otherwise: str = "file") -> str:
    """A file's name without folders and signs that cannot be seen; of a long one both ends, since its kind is last."""
    visible = _visible(name) if isinstance(name, str) else ""
    plain = re.split(r"[/\\]", visible)[-1].strip()
    if len(plain) > MAX_FILE_NAME:
        plain = f"{plain[: MAX_FILE_NAME - 13]}…{plain[-12:]}"
    return plain or otherwise


def clean(text: str) -> str:
    """Without control characters, outer blanks and whatever invisible in front would hide a "/"."""
    text = _CONTROL.sub("", _LINE_BREAK.sub("\n", text))
    start = next((index for index, character in enumerate(text) if not _is_invisible(character)), len(text))
    return text[start:].rstrip()


def read_payload(payload: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """`/intent{"entity": "value"}`, as written in domain.yml. The payload is ours, never typed by a person."""
    name, brace, rest = payload.lstrip("/").partition("{")
    entities = json.loads(brace + rest) if brace else {}
    return name, tuple((key, str(value)) for key, value in entities.items())


def _visible(text: str) -> str:
    """In one line, and only what can be seen."""
    visible = "".join(sign for sign in " ".join(text.split()) if unicodedata.category(sign)[0] != "C")
    return " ".join(visible.split())


def _is_invisible(character: str) -> bool:
    # Both kinds, in any order: Rasa takes off blanks of every width before it looks for a "/".
    return character.isspace() or unicodedata.category(character) == "Cf"
