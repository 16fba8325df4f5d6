"""The name of a new call task inside a request to create one; when in doubt there is none, and the bot asks."""

from __future__ import annotations

import re

from rasa_twin24.text.phones import read_numbers
from rasa_twin24.text.start_wish import ORDER

LONGEST_NAME = 100  # characters; longer is not a name but a sentence
MOST_CHARACTERS = 2_000  # looked at

_QUOTES = (("«", "»"), ("“", "”"), ("„", "“"), ('"', '"'), ("'", "'"), ("‘", "’"), ("”", "”"), ("`", "`"))
_QUOTED = re.compile(
    "|".join(
        rf"(?<!\w){re.escape(left)}([^{left}{right}\n]{{1,{LONGEST_NAME}}}){re.escape(right)}(?!\w)"
        for left, right in _QUOTES
    )
)

_NOUN = (
    r"(?:обзвон|прозвон|задани[ея]|задачу|кампанию|компанию|рассылку"
    r"|(?:call(?:ing)?[ -])?(?:task|campaign)|call list)"
)
_CREATING = (
    r"(?:созда(?:й|йте|ть|дим|ём|ем)|сдела(?:й|йте|ть|ем)|завед(?:и|ите|ём|ем)|завести|нов(?:ый|ое|ую|ая)"
    r"|подготов(?:ь|ьте|ить)|create|make|new|set up|prepare)"
)
_VERB = rf"(?:{_CREATING}|добав(?:ь|ьте|ить)|запусти(?:ть|те)?|нужен|нужно|нужна|хочу|start|add)"
_BETWEEN = r"(?:[ ](?:пожалуйста|мне|нам|мой|еще|ещё|один|одно|одну|нов(?:ый|ое|ую)|a|an|the|me|new|please)){0,3}"
_REQUEST = re.compile(rf"(?<!\w){_VERB}{_BETWEEN}[ ]{_NOUN}(?!\w)|^[ ]?{_NOUN}(?=[ ]?[:\"«“„])", re.IGNORECASE)
_NEW_TASK = re.compile(rf"(?<!\w){_CREATING}{_BETWEEN}[ ]{_NOUN}(?!\w)", re.IGNORECASE)
_CALLED = re.compile(
    r"[ ,]{0,3}(?:и )?(?:под названием|с названием|с именем|по имени|под именем|имя|названи[ея]|назови|назовите|назовём"
    r"|назовем|назвать|называется|called|named|name it|call it|with the name|with name|titled|name)"
    r"(?:[ ](?:его|ее|её|задания|обзвона|is))?(?!\w)[ ]?[:=—–-]?[ ]?",
    re.IGNORECASE,
)
_NAME_FIRST = re.compile(
    r"(?<!\w)(?:названи[ея]|имя|назови|назовите|название задания|имя задания|call it|name it)"
    r"(?:[ ](?:его|ее|её|это|задания|задание|обзвона|обзвон))?[ ]?[:=—–-]?[ ]",
    re.IGNORECASE,
)
_INTRODUCER = re.compile(r"[ ]?[:—–-][ ]?|[ ]")

# Where a name without quotes ends.
_NEXT_ORDER = (
    r"(?:сразу |тут же |можно |можешь |давай |then )?"
    r"(?:запус[кт]|добав|позвони|обзвони|звони|стартуй|начинай|поехали|погнали|start|launch|add|dial|call|begin|kick)"
)
_END = re.compile(
    r"[\n;]|[.!?](?:\s|$)"
    r"|[,:]?[ ](?:с |по |и |для |на |вот |with |and |for |to |the )?(?:телефон|номер|number|phone)\w*"
    r"|,[ ]?(?:и |а |потом |затем |вот |and |then |here )?(?:номер|список|люди)"
    rf"|,[ ]?(?:и |а |потом |затем |and |then )*{_NEXT_ORDER}|[ ](?:и|and|потом|then)[ ]{_NEXT_ORDER}",
    re.IGNORECASE,
)
# Words that follow "создай обзвон" without naming it.
_NOT_A_NAME = re.compile(
    r"(?:по|на|для|с|со|в|во|из|от|до|к|о|об|и|или|а|но|не|мне|нам|что|чтобы|как|через|сегодня|завтра|прямо|сейчас|срочно"
    r"|пожалуйста|плиз|клиент\w*|номер\w*|телефон\w*|этих|этим|всех|всем|тех|людей|базы|базу|список|списка|списку|один|нов\w+"
    r"|for|with|to|from|of|on|in|at|by|and|or|please|now|today|tomorrow|that|which|this|the|my|all|using|customers"
    r"|clients|numbers|people|uses?)(?!\w)",
    re.IGNORECASE,
)
_NEGATION = re.compile(
    r"(?<!\w)(?:не|нет|ни|отмен\w*|стоп|передума\w*|not|no|don'?t|never|cancel|stop)(?!\w)", re.IGNORECASE
)
_AFTER_NAME = re.compile(r"[ \t.!]*(?:(?:пожалуйста|плиз|please|спасибо)[ .!]*)?", re.IGNORECASE)
_TRIMMED = " \t,.:;—–-!?"
# What leads from a name to the first number.
_LEADING_ON = re.compile(r"[ ,](?:по|на|для|с|со|и|вот|for|with|to|and|on)$", re.IGNORECASE)
# «Обзвон Курьеры, номера 8 916…»: without a verb, but with what ends a name.
_NOUN_FIRST = re.compile(rf"[ ]?{_NOUN}(?=[ ][A-ZА-ЯЁ])")
_TRAILING_ORDER = re.compile(
    rf"(?:[,.!;\n][ ]*(?:(?:и|а|and)[ ])?|[ ](?:и|and)[ ])(?:(?:сразу|тут же|потом|затем|можно|можешь|then)[ ])?{ORDER}"
    r"(?:[ ](?:его|ее|её|сразу|сейчас|звонки|обзвон|звонить|it|now|calling|the calls|calls"
    r"|пожалуйста|please)){0,3}[ .!]*",
    re.IGNORECASE,
)


def find_task_name(text: str, region: str = "RU") -> tuple[int, int, str] | None:
    """Bounds and wording of the name given in a request to create a task, or None when none is clearly given.

    A name stands in quotes, after a word such as "под названием", or right after the noun with a capital
    letter; it ends before the list of numbers (as read in `region`).
    """
    text = text[:MOST_CHARACTERS]
    request = _REQUEST.search(text)
    if request is None:
        explicit = _NAME_FIRST.search(text)
        return _name_from(text, explicit.end(), region) if explicit else _after_noun(text, region)
    if called := _CALLED.match(text, request.end()):
        return _name_from(text, called.end(), region)
    if quoted := _QUOTED.search(text, request.end()):
        return _trimmed(text, *_group_span(quoted))
    if (later := _NAME_FIRST.search(text, request.end())) or (later := _CALLED.search(text, request.end())):
        return _name_from(text, later.end(), region)
    introducer = _INTRODUCER.match(text, request.end())
    if introducer is None or not _is_name_start(text, introducer.end(), request):
        return None
    return _name_from(text, introducer.end(), region)


def name_in_answer(text: str, region: str = "RU") -> str | None:
    """The name in an answer that says more than it, numbers or an order to start; None: whatever it is, it is whole.

    «Иван 8 916…» is a number with its label, «Курьеры, номера 8 916…» a name.
    """
    text = text[:MOST_CHARACTERS]
    if numbers := read_numbers(text, region).found:
        ends_before = _QUOTED.match(text) or _END.search(text, 0, numbers[0].start)
        named = _name_from(text, 0, region) if ends_before is not None else None
    else:
        order = _TRAILING_ORDER.search(text)
        ends = order is not None and order.end() == len(text)
        named = _trimmed(text, 0, order.start()) if order is not None and ends else None
    return unquoted(named[2]) if named is not None else None


def unquoted(name: str) -> str:
    """The name without the quotes that stand around the whole of it."""
    whole = _QUOTED.fullmatch(name)
    return name[slice(*_group_span(whole))] if whole else name


def asks_for_new_task(text: str) -> bool:
    """Tell whether a message plainly asks to create a task, whatever numbers it brings along."""
    return _NEW_TASK.search(text[:MOST_CHARACTERS]) is not None


def orders_quoted_task(text: str) -> bool:
    """Tell whether a message is an order to create a task with a name in quotes, and nothing besides.

    Then the words of the name mean nothing: «создай обзвон "Не забудь про нас"».
    """
    text = text[:MOST_CHARACTERS]
    order = _NEW_TASK.search(text)
    if order is None or _NEGATION.search(text, 0, order.start()):
        return False
    quoted = _QUOTED.search(text, order.end())
    if quoted is None or _AFTER_NAME.fullmatch(text, quoted.end()) is None:
        return False
    introduced = _CALLED.fullmatch(text, order.end(), quoted.start())
    return introduced is not None or _INTRODUCER.fullmatch(text, order.end(), quoted.start()) is not None


def _after_noun(text: str, region: str) -> tuple[int, int, str] | None:
    """A message that begins with the noun alone: a name follows if something ends it."""
    noun = _NOUN_FIRST.match(text)
    named = _name_from(text, noun.end(), region) if noun else None
    return named if named is not None and len(text[named[1] :].strip(_TRIMMED)) > 0 else None


def _is_name_start(text: str, start: int, request: re.Match[str]) -> bool:
    """A name without any introduction must begin with a capital letter where the words before it do not shout."""
    if not text[start : start + 1].isupper() or _NOT_A_NAME.match(text, start):
        return False
    noun = request.group().split()[-1]
    return noun.islower() or (request.start() == 0 and " " not in request.group().strip() and noun[1:].islower())


def _name_from(text: str, start: int, region: str) -> tuple[int, int, str] | None:
    """The name that begins at `start`: up to the closing quote, or up to whatever cannot belong to it."""
    if (quoted := _QUOTED.match(text, start)) is not None:
        return _trimmed(text, *_group_span(quoted))
    ends = [found.start() for found in [_END.search(text, start)] if found]
    reading = read_numbers(text[start:], region)
    ends += [start + phone.start for phone in reading.found[:1]]
    ends += [at for piece in (*reading.doubtful, *reading.rejected) if (at := text.find(piece.raw, start)) >= 0]
    end = min(ends, default=len(text))
    if reading.found and end == start + reading.found[0].start:
        named = text[start:end].rstrip(_TRIMMED)
        end = start + len(_LEADING_ON.sub("", named))
    return _trimmed(text, start, end)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int, str] | None:
    while start < end and text[start] in _TRIMMED:
        start += 1
    while end > start and text[end - 1] in _TRIMMED:
        end -= 1
    name = text[start:end]
    if not any(character.isalnum() for character in name) or len(name) > LONGEST_NAME:
        return None
    return start, end, name


def _group_span(found: re.Match[str]) -> tuple[int, int]:
    """Bounds of what stands between the quotes, whichever kind they are."""
    return found.span(found.lastindex or 0)
