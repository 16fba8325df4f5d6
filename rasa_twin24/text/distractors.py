"""Digits that are plainly something else than a phone number: they are blanked before numbers are looked for.

Everything works on the plain spelling (`normalise.py`), keeps the length, and takes linear time: patterns are
anchored to a token or bounded.
"""

from __future__ import annotations

import re

BLANK = "\x00"  # cannot occur in a plain text and joins nothing

_UUID = re.compile(r"(?<![0-9a-z])[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}(?![0-9a-z])")

# A token is what stands between blanks, brackets, quotes and separators.
_TOKEN = re.compile(r"[^\s,;|<>()\[\]{}\"'«»„“”]+")
_URL = re.compile(
    r"://|^www\.|[a-zа-я0-9]\.(?:ru|su|рф|com|net|org|io|me|ai|dev|app|info|biz|by|kz|ua|de|uk)(?![a-zа-я0-9])"
)
_HOST_BEGINS_WITH_LETTERS = re.compile("[a-zа-я]")

_DAY, _MONTH, _YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])", r"(?:(?:19|20)\d\d|\d\d)"
_ALONE_BEFORE, _ALONE_AFTER = r"(?<![\d+])(?<!\d[-./:])", r"(?![-./:]?\d)"
_DATES = re.compile(
    rf"{_ALONE_BEFORE}(?:{_DAY}([-./]){_MONTH}\1{_YEAR}|(?:19|20)\d\d([-./]){_MONTH}\2{_DAY})"
    rf"(?:t\d\d:\d\d(?::\d\d(?:\.\d{{1,9}})?)?(?:z|[+-]\d\d:?\d\d)?)?{_ALONE_AFTER}"
)
_CLOCK = r"(?:[01]?\d|2[0-4]):[0-5]\d(?::[0-5]\d)?"
_TIMES = re.compile(rf"{_ALONE_BEFORE}{_CLOCK}(?: ?- ?{_CLOCK})?(?!\d)")
_OFFICE_HOURS = re.compile(
    rf"{_ALONE_BEFORE}(?:[01]\d|2[0-4])[.-][0-5]0 ?(?:-|до) ?(?:[01]\d|2[0-4])[.-][0-5]0{_ALONE_AFTER}"
)
_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_IP = re.compile(rf"(?<![\d.+])(?:{_OCTET}\.){{3}}{_OCTET}(?:[:/]\d{{1,5}})?(?!\.?\d)")
_COORDINATES = re.compile(r"(?<![\d.+])-?\d{1,3}\.\d{4,9}[, ] ?-?\d{1,3}\.\d{4,9}(?![\d.])")
_PERCENT = re.compile(r"(?<![\d.,+])\d{1,3}(?:[.,]\d{1,2})? ?%")

_EXTENSION = re.compile(
    r"(?<=[\d )])[ ,]{0,3}\(?(?:доб(?:авочный)?|внутр?(?:енний)?|ext(?:ension)?|x)[.:]? ?(?:№ ?)?\d{1,6}(?!\d)"
)

_THOUSANDS = r"(?:\d{1,3}(?:[ .,']\d{3}){1,4}|\d{1,15})(?:[.,]\d{1,2})?"
_UNIT = (
    r"(?:руб|р(?![а-яa-z])|₽|rub|rur|usd|eur|\$|€|£|тыс|млн|млрд|тенге|тг(?![а-яa-z])|сум(?![а-яa-z])|грн|долл"
    r"|евро|коп|million|thousand|dollars|euros|bucks)"
)
_AMOUNT_BEFORE_UNIT = re.compile(rf"(?<![\d.,+])(?<!\d[ -]){_THOUSANDS} ?(?={_UNIT})")
_AMOUNT_AFTER_SIGN = re.compile(rf"[$€£₽] ?{_THOUSANDS}(?!\d)")

_IDENTIFIER = re.compile(
    r"(?<![а-яa-z])(?:"
    r"инн|кпп|огрн(?:ип)?|снилс|бик|окпо|оквэд|октмо|imei|vin|iban|swift|р/с|к/с|л/с|р/сч[её]?т|"
    r"паспорт\w{0,3}|серия|полис\w{0,2}|карт(?:а|ы|е|у|ой|очка|очку|очки)|"
    r"сч[её]?т(?:а|у|ом|е)?|лицевой сч[её]?т|заказ(?:а|у|ом|е)?|договор(?:а|у|ом|е)?|контракт(?:а|у|ом|е)?|"
    r"накладн(?:ая|ой|ую)|трек(?:[ -]?номер|а)?|артикул\w{0,2}|арт|штрих-?код\w{0,2}|чек(?:а|у)?|"
    r"квитанци[яию]|заявк[аиеу]|заявок|тикет\w{0,2}|обращени[еяю]|документ(?:а|у|е)?|"
    r"сумм[аеу]|цен[аеу]|стоимость|бюджет\w{0,2}|"
    r"(?:номер|id|ид|№) (?:заказа|договора|задания|задачи|обзвона|кампании|документа|карты|сч[её]?та|заявки)|"
    r"(?:id|ид|айди|uid|guid|uuid|номер задания)(?: (?:задания|задачи|обзвона|клиента|кампании))?|"
    r"(?:задани[еяюй]|задач[аеиу]|обзвон(?:а|у|е)?|task|campaign) ?(?=№|#|id|ид|number|no\.)|"
    r"order|contract|invoice|passport|card|account|ticket|tracking|"
    r"(?<!тел )(?<!тел\. )(?<!телефон )(?<!телефона )(?<!номер )(?<!моб )(?<!phone )(?=[№#])"
    r")(?![а-яa-z])"
    # then anything that only introduces the number
    r"[ .:=-]{0,4}(?:(?:№|#|номер|number|no|num|id|ид)(?![а-яa-z])[ .:=-]{0,4}){0,2}"
    # then the number: of a card, an insurance or passport, or one unbroken token
    r"(?P<number>\d{4}(?:[ -]\d{4}){3}|\d{3}-\d{3}-\d{3}[ -]\d\d|\d\d ?\d\d ?(?:№ ?)?\d{6}(?!\d)"
    r"|[0-9a-zа-я_/-]{0,64}\d[0-9a-zа-я_/-]{0,64})"
)
_SNILS = re.compile(r"(?<![\d+-])(?<!\d[ )])\d{3}-\d{3}-\d{3}[ -]\d\d(?![ -]?\d)")
_CARD = re.compile(r"(?<![\d+-])(?<!\d[ )])\d{4}([ -])\d{4}\1\d{4}\1\d{4}(?![ -]?\d)")

_WHOLE = (_UUID, _DATES, _TIMES, _OFFICE_HOURS, _COORDINATES, _IP, _SNILS, _CARD, _EXTENSION, _PERCENT)
_AMOUNTS = (_AMOUNT_AFTER_SIGN, _AMOUNT_BEFORE_UNIT)


def blank_distractors(plain: str) -> str:
    """Blank e-mails, links, addresses, dates, times, extensions, identifiers and amounts, keeping the length.

    The text must be plain (`normalise.normalise`).
    """
    plain = _TOKEN.sub(_blank_link, plain)
    for pattern in _WHOLE:
        plain = pattern.sub(_blank_match, plain)
    plain = _IDENTIFIER.sub(_blank_match, plain)
    for pattern in _AMOUNTS:
        plain = pattern.sub(_blank_match, plain)
    return plain


def _blank_match(found: re.Match[str]) -> str:
    return BLANK * len(found.group())


def _blank_link(found: re.Match[str]) -> str:
    token = found.group()
    if "@" in token or (_HOST_BEGINS_WITH_LETTERS.search(token) and _URL.search(token)):
        return BLANK * len(token)
    return token
