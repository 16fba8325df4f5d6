"""What an owner wants done about the people of the bot: whom to let in, change, remove, as rules of the language.

Whether a message is about people at all is the language model's to say; with somebody's id in it, these rules are sure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from rasa_twin24.text.dictionary import load_dictionary
from rasa_twin24.text.normalise import normalise
from rasa_twin24.text.person_id import find_person
from rasa_twin24.text.tokens import tokenize

MOST_CHARACTERS = 500  # looked at

OWNER, OPERATOR, VIEWER = "owner", "operator", "viewer"


class Ask(Enum):
    LIST = "list"
    INVITE = "invite"
    REVOKE = "revoke"
    """Make the unused invitations useless."""
    CHANGE = "change"
    REMOVE = "remove"


@dataclass(frozen=True)
class PeopleRequest:
    """`person` is `<messenger>:<id>`; `words`, spelled plainly, are those that may be somebody's name."""

    ask: Ask
    role: str | None = None
    person: str | None = None
    words: tuple[str, ...] = ()


_ROLES = (
    (OPERATOR, re.compile(r"(?<!\w)(?:оператор|operator)\w*")),
    (VIEWER, re.compile(r"(?<!\w)(?:наблюдател|зрител|viewer|observer|watcher|read[ -]?only)\w*")),
    (OWNER, re.compile(r"(?<!\w)(?:владел[еь]?ц|хозя[ий]|админ|owner|admin)\w*")),
)
_ROLE_WORD = re.compile(r"(?<!\w)(?:рол[ьи]|role)(?!\w)")
_INVITATION = r"(?:приглаш|инвайт|invit)\w*"
_CODE = r"(?:код|ссылк|code|link)\w*"
_SOMEBODY = (
    r"(?:оператор|наблюдател|сотрудни|коллег|человек|пользовател|менеджер|напарни|помощни"
    r"|operator|viewer|observer|colleague|user|person|someone|somebody|teammate|coworker)\w*"
)
_ACCESS = (
    r"(?:доступ|прав[ао]?(?!\w)|из (?:бота|списка|чата|команды|операторов|наблюдателей)"
    r"|access|rights?(?!\w)|from (?:the )?(?:bot|list|team))\w*"
)
_TAKES = (
    r"(?<!\w)(?:убер|убра|убир|удал|забер|забра|отбер|отобра|лиш|отним|отня|отзов|отозва|закр|выгон|выгна|исключ"
    r"|отключ|заблокир|запрет|выкин|сним|снят|прогон|уволь|remov|revok|kick|delet|take|drop|block|ban(?!\w)|exclud)\w*"
)
_CHANGES = (
    r"(?<!\w)(?:сдела|назнач|перевед|переве[сд]|поменя|поменяй|смен|измен|повыс|пониз|дай|дать|постав|выда|пусти|впусти"
    r"|пуска|разреш|допус|будет|пусть|станет|make|chang|set(?!\w)|promot|demot|turn|give|let(?!\w)|switch)\w*"
)
_LETS_IN = (
    r"(?<!\w)(?:добав|подключ|впус|пуст|заве[дс]|принят|прими|нуж|дай|выда|оформ"
    r"|add|connect|onboard|let(?!\w)|give|need)\w*"
)

# The first that is found decides.
_ASKS = (
    (
        Ask.REVOKE,
        re.compile(
            r"(?<!\w)(?:отзов|отозва|отзыв|отмен|аннулир|сброс|удал|убер|погас|revok|cancel|withdraw|delet|invalidat)\w*"
            rf"(?: \w+){{0,3}} (?:{_INVITATION}|{_CODE})"
        ),
    ),
    (
        Ask.LIST,
        re.compile(
            r"(?<!\w)(?:кто|кого|кому|у кого|спис[ок]\w*|перечен\w*|перечисли\w*|покаж\w*|показ\w*|какие|сколько"
            r"|who|whom|list|show|which|how many)(?!\w)(?: \w+){0,4} "
            r"(?:доступ|допущен|пользовател|пользует|пользова|люд|человек|оператор|наблюдател|участник|сотрудник|коллег|прав[ао]"
            r"|приглаш|в боте|в команде|впущен|пустил"
            r"|access|users?(?!\w)|using|people|operators|viewers|members|invit|allowed|can use|in the bot|let in)"
        ),
    ),
    (Ask.INVITE, re.compile(rf"(?<!\w)(?:приглас|{_INVITATION}|{_CODE} (?:доступа|для|access|for)(?!\w))")),
    (Ask.REMOVE, re.compile(rf"{_TAKES}.*(?<!\w){_ACCESS}|(?<!\w){_ACCESS}.*{_TAKES}")),
    (Ask.CHANGE, re.compile(rf"{_CHANGES}|{_ROLE_WORD.pattern}")),
    (Ask.INVITE, re.compile(rf"{_LETS_IN}(?: \w+){{0,3}} {_SOMEBODY}")),
)
_TO_TALK = re.compile(
    r"(?<!\w)(?:позов|соедин|переключ|свяж|поговор|жив\w+ (?:человек|оператор|менеджер)|перевед\w+ (?:меня )?на "
    r"|talk to|speak (?:to|with)|connect me|put me through)"
)
_TAKES_ANYWHERE = re.compile(_TAKES)
_NOT_A_NAME = re.compile(
    rf"{_CHANGES}|{_TAKES}|{_LETS_IN}|(?<!\w)(?:{_ACCESS}|{_SOMEBODY}|{_INVITATION}"
    r"|рол[ьи]|role|у|из|от|в|на|с|к|и|а|для|его|ее|ей|ему|её|он|она|больше|пожалуйста|please|теперь|только|снова|опять"
    r"|бот\w*|список|списка|команд\w*|нашего|нашу|нашей|меня|мне|мы|the|a|an|to|of|from|for|as|into|away|bot|list|team"
    r"|him|her|them|his|their|now|just|не|ну|надо|нужно|можно|хочу|can|you|could)(?!\w)"
)


def read_people_request(text: str) -> PeopleRequest | None:
    """What a message about people asks for, or None when that is not clear."""
    text = text[:MOST_CHARACTERS]
    found = find_person(text)
    person = found[2] if found else None
    rest = f"{text[: found[0]]} {text[found[1] :]}" if found else text
    rest = " ".join(token.text for token in tokenize(rest))
    role = next((name for name, pattern in _ROLES if pattern.search(rest)), None)
    # «сделай …» without a role is about something else.
    names_role = role is not None or person is not None or _ROLE_WORD.search(rest) is not None
    ask = next((ask for ask, pattern in _ASKS if pattern.search(rest) and (ask is not Ask.CHANGE or names_role)), None)
    if person is not None and ask not in (Ask.CHANGE, Ask.REMOVE):
        # With somebody's id there is nothing to list and nobody unknown to invite.
        takes = _TAKES_ANYWHERE.search(rest)
        ask = Ask.REMOVE if takes else Ask.CHANGE if role or ask is Ask.INVITE else ask
    return PeopleRequest(ask, role, person, _names(rest)) if ask else None


def names_person(text: str) -> bool:
    """Tell whether a message certainly asks something about people: it holds somebody's id and what to do with it."""
    request = read_people_request(text) if ":" in text else None
    return request is not None and request.person is not None and request.ask in (Ask.CHANGE, Ask.REMOVE)


def wants_to_talk(text: str) -> bool:
    """Tell whether a message asks for a human to talk to: an operator of a call centre, not one of this bot."""
    return _TO_TALK.search(normalise(text[:MOST_CHARACTERS]).text) is not None


def likeness(words: tuple[str, ...], name: str) -> int:
    """How many of the words stand in a name, in whatever case: "Анну" is "Анна"."""
    wanted = [_forms(word) for word in words]
    borne = [_forms(token.text) for token in tokenize(name)]
    return sum(any(forms & others for others in borne) for forms in wanted)


def _names(rest: str) -> tuple[str, ...]:
    for _, pattern in _ROLES:
        rest = pattern.sub(" ", rest)
    return tuple(_NOT_A_NAME.sub(" ", rest).split())


def _forms(word: str) -> set[str]:
    """The word and the first forms it may belong to."""
    return {word, *(reading.normal_form.replace("ё", "е") for reading in load_dictionary().parse(word))}
