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
# What follows a country code or an area code is no date: "+687 05.04.37", "+993 322 1-06-10", "8 0176 30-12-67".
_CODE_BEFORE = re.compile(r"(?:\+\d{1,3}(?:[ -]\(?\d{1,5}\)?)?|(?<!\d)8 \(?0\d{2,4}\)?) \Z")
_LONGEST_CODE = 13
_CLOCK = r"(?:[01]?\d|2[0-4]):[0-5]\d(?::[0-5]\d)?"
_TIMES = re.compile(rf"{_ALONE_BEFORE}{_CLOCK}(?: ?- ?{_CLOCK})?(?!\d)")
_OFFICE_HOURS = re.compile(
    rf"{_ALONE_BEFORE}(?:[01]\d|2[0-4])[.-][0-5]0 ?(?:-|до) ?(?:[01]\d|2[0-4])[.-][0-5]0{_ALONE_AFTER}"
)
_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_IP = re.compile(rf"(?<![\d.+])(?:{_OCTET}\.){{3}}{_OCTET}(?:[:/]\d{{1,5}})?(?!\.?\d)")
_COORDINATES = re.compile(r"(?<![\d.+])-?\d{1,3}\.\d{4,9}[, ] ?-?\d{1,3}\.\d{4,9}(?![\d.])")
_PERCENT = re.compile(r"(?<![\d.,+])\d{1,3}(?:[.,]\d{1,2})? ?%")

# After a number: "доб. 123", "(вн 12)", "ext. 5", ";ext=5" (RFC 3966), "x123", "*101", ",123#".
_EXTENSION = re.compile(
    r"(?<=[\d )])[ ,;)]{0,4}\(?(?:"
    r"(?:доб(?:авочн[а-я]{2,3})?|вн(?:утр(?:енн[а-я]{2,3})?)?|ext(?:ension|n)?|x|тон(?:альный набор)?)"
    r"[.:=]{0,2} ?(?:номер |№ ?)?(?P<said>\d{1,6})"
    r"|(?<=\d)\*(?P<starred>\d{1,6})|(?<=\d,)(?P<keyed>\d{1,6})#)(?!\d)"
)

_AFTER_HYPHEN = re.compile(r"-(?P<more>\d{1,4})(?![\d-]| ?[\d(])")

_THOUSANDS = r"(?:\d{1,3}(?:[ .,']\d{3}){1,4}|\d{1,15})(?:[.,]\d{1,2})?"
# Whole words: "Рубен" and "Eurostar" may stand beside a number.
_UNIT = (
    r"(?:[₽$€£]|(?:р|руб(?:л(?:ь|я|ей|ю|ем|и|ям|ями|ях))?|rub|rur|usd|eur|тыс(?:яч[а-я]{0,3})?|млн|млрд|миллион[а-я]{0,3}"
    r"|тенге|тг|сум|грн|долл(?:ар[а-я]{0,3})?|евро|коп(?:ее[кч]|ейк[а-я]{1,2})?|millions?|thousands?|dollars?|euros?|bucks)"
    r"(?![а-яa-z]))"
)
_AMOUNT_BEFORE_UNIT = re.compile(rf"(?<![\d.,+])(?<!\d[ -]){_THOUSANDS} ?(?={_UNIT})")
_AMOUNT_AFTER_SIGN = re.compile(rf"[$€£₽] ?{_THOUSANDS}(?!\d)")

_IDENTIFIER = re.compile(
    r"(?<![а-яa-z])(?:"
    r"инн|кпп|огрн(?:ип)?|снилс|бик|окпо|оквэд|октмо|окато|imei|vin|iban|swift|isbn|issn|ean|sku|гост|р/с|к/с|л/с|"
    r"р/сч[её]?т|(?:загран)?паспорт\w{0,3}|серия|полис\w{0,2}|в/у|удостоверени[еяю]|свидетельств[оау]|"
    r"карт(?:а|ы|е|у|ой|очка|очку|очки)|индекс\w{0,2}|серийный номер|код(?=[ :=-]{0,3}\d{5})|"
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
    # then whose it is
    r"(?: (?:клиента|компании|организации|заказчика|покупателя|поставщика|фирмы|ип|юрлица|физлица|банка|омс|осаго))?"
    # then anything that only introduces the number
    r"[ .:=-]{0,4}(?:(?:№|#|номер|number|no|num|id|ид)(?![а-яa-z])[ .:=-]{0,4}){0,2}"
    # then the number: of a card, an insurance or passport, or one unbroken token
    r"(?P<number>\d{4}(?:[ -]\d{4}){3}|\d{3}-\d{3}-\d{3}[ -]\d\d|\d\d ?\d\d ?(?:№ ?)?\d{6}(?!\d)"
    r"|[0-9a-zа-я_/-]{0,64}\d[0-9a-zа-я_/-]{0,64})"
)
_SNILS = re.compile(r"(?<![\d+-])(?<!\d[ )])\d{3}-\d{3}-\d{3}[ -]\d\d(?![ -]?\d)")
_CARD = re.compile(r"(?<![\d+-])(?<!\d[ )])\d{4}([ -])\d{4}\1\d{4}\1\d{4}(?![ -]?\d)")

_BANK_CARD = re.compile(r"(?<![\d+])(?!810|00)(?:\d{16}|\d{18,19})(?!\d)")
_IBAN = re.compile(r"(?<![0-9a-zа-я])[a-z]{2}\d\d(?: ?[0-9a-z]{4}){2,7}(?: ?[0-9a-z]{1,3})?(?![0-9a-z])")
_LAND_PLOT = re.compile(r"(?<![\d:])\d\d:\d\d:\d{6,7}:\d{1,6}(?![\d:])")  # a cadastral number
_VERSION = re.compile(r"(?<![а-яa-z])(?:верси[яию]|version|ver|v)[ .]{0,2}\d{1,4}(?:\.\d{1,6}){1,4}(?![\d.])")

_EVERYWHERE = (_UUID, _LAND_PLOT, _TIMES, _OFFICE_HOURS, _COORDINATES, _VERSION, _IP, _EXTENSION, _PERCENT)
_RUSSIAN = (_SNILS, _CARD)
_AMOUNTS = (_AMOUNT_AFTER_SIGN, _AMOUNT_BEFORE_UNIT)


def blank_distractors(plain: str, russian: bool = True) -> str:
    """Blank e-mails, links, addresses, dates, times, extensions, identifiers and amounts, keeping the length.

    The text must be plain (`normalise.normalise`). `russian` adds what would be a phone number's writing elsewhere:
    СНИЛС and the groups of a bank card.
    """
    plain = _TOKEN.sub(_blank_link, plain)
    plain = _DATES.sub(_blank_date, plain)
    for pattern in (*_EVERYWHERE, *_RUSSIAN) if russian else _EVERYWHERE:
        plain = pattern.sub(_blank_match, plain)
    plain = _IBAN.sub(_blank_iban, plain)
    plain = _BANK_CARD.sub(_blank_card, plain)
    plain = _IDENTIFIER.sub(_blank_match, plain)
    for pattern in _AMOUNTS:
        plain = pattern.sub(_blank_match, plain)
    return plain


def extension_after(plain: str, end: int) -> tuple[str, int] | None:
    """The extension that follows a number ending at `end` of a plain text, and where it ends; None without one."""
    found = _EXTENSION.match(plain, end)
    if not found:
        # "8 916 123-45-67-89": an extension, or a slip. It is told either way, and never passed over in silence.
        short = _AFTER_HYPHEN.match(plain, end)
        return (short.group("more"), short.end()) if short else None
    return found.group("said") or found.group("starred") or found.group("keyed"), found.end()


def _blank_match(found: re.Match[str]) -> str:
    return BLANK * len(found.group())


def _blank_date(found: re.Match[str]) -> str:
    before = found.string[max(0, found.start() - _LONGEST_CODE) : found.start()]
    return found.group() if _CODE_BEFORE.search(before) else BLANK * len(found.group())


def _blank_link(found: re.Match[str]) -> str:
    token = found.group()
    if "@" in token or (_HOST_BEGINS_WITH_LETTERS.search(token) and _URL.search(token)):
        return BLANK * len(token)
    return token


def _blank_iban(found: re.Match[str]) -> str:
    """Its two check digits tell (ISO 13616): letters count as 10 to 35, the whole is 1 modulo 97."""
    account = found.group().replace(" ", "")
    value = "".join(str(int(character, 36)) for character in account[4:] + account[:4])
    return BLANK * len(found.group()) if int(value) % 97 == 1 else found.group()


def _blank_card(found: re.Match[str]) -> str:
    """Its last digit tells (ISO/IEC 7812, Luhn): doubled every second digit from the right, the sum is 0 modulo 10."""
    digits = [int(character) for character in reversed(found.group())]
    total = sum(digits[0::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return found.group() if total % 10 else BLANK * len(digits)
