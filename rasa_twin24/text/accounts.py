"""What is asked about a person's accounts in several messengers: «привяжи телеграм», «продолжим отсюда».

Rules, Russian and English. What is done at once is a closed set of whole messages: «продолжи» alone means calls, and a
code or a talk that goes on is nothing the language model should guess. Freer words are looked for where nothing else
is meant; most of them are answered by how it is done, with a button.
"""

from __future__ import annotations

import re

MOST_CHARACTERS = 120  # looked at
_QUOTED = re.compile(r"[«»\"“”]")
LINK_ACCOUNT, UNLINK_ACCOUNT, CONTINUE_TALK = "link_account", "unlink_account", "continue_talk"
# Said in freer words: what `seems_about_accounts` reads in them, how to link accounts among it.
ASK_ACCOUNTS, HOW_TO_LINK = "ask_accounts", "how_to_link"

_ADDRESS = r"(?:(?:бот|bot|пожалуйста|please|слушай|ну|так|а|давай|привет|эй|hey|hi|can you|could you)[, ]+)*"
_POLITE = r"(?:[, ]*(?:пожалуйста|please|плиз|pls|бот|спасибо|thanks))*[.!? ]*"
# The messengers by their names, in any case; «максим» and «вконтактный» are none.
_NAMED = (
    r"(?:телеграм{1,2}(?:а|у|е|ом)?|телег(?:а|и|у|е|ой)|тг|макс(?:а|у|е|ом)?|вк|вконтакте|вайбер(?:а|у|е|ом)?"
    r"|в[ао](?:тс|ц)ап{1,2}(?:а|у|е|ом)?|слак(?:а|у|е|ом)?|веб[- ]?чат(?:а|у|е|ом)?"
    r"|telegram|tg|max|vk|vkontakte|viber|whats ?app|slack|(?:the )?web ?chat)"
)
_MY = r"(?:мо(?:й|ю|и|его|ей|его|ему|им|ем)|сво(?:й|ю|и|его|ей|ему|им|ем)|my)"
_OTHER = (
    r"(?:друг(?:ой|ого|ому|им|ом|ая|ую|ие)|втор(?:ой|ого|ому|ым|ую)|еще один|нов(?:ый|ого|ую)"
    r"|other|another|second|new)"
)
_ACCOUNT = (
    r"(?:мессенджер(?:а|у|ы|ом|е)?|мес{1,2}енджер(?:а|у|ом|е)?|ак{1,2}аунт(?:а|у|ы|ом|е)?|профил(?:ь|я|ю|ем)"
    r"|учетк(?:а|у|и|ой)|messenger|account|chat app)"
)
_THING = rf"(?:{_MY} )?(?:{_OTHER} )?(?:{_ACCOUNT}(?: (?:в|на|in|on|from) )?(?: ?{_NAMED})?|{_NAMED}(?: {_ACCOUNT})?)"
_HERE = r"(?:это(?:т|го|му)|this|the)"
_LINKS = (
    r"(?:привяж(?:и|ите|у|ем)|привязать|подвяж(?:и|ите)|свяж(?:и|ите|ем)|связать|подключи(?:те|ть)?|присоедини(?:те|ть)?"
    r"|объедини(?:те|ть)?|link|connect|join)"
)
_UNLINKS = (
    r"(?:отвяж(?:и|ите|у|ем)|отвязать|отсоедини(?:те|ть)?|отключи(?:те|ть)?|отцепи(?:те|ть)?|unlink|disconnect|detach)"
)
_WANT = (
    r"(?:(?:я )?(?:хочу|хотел бы|можно|надо|нужно|как(?: мне)?)|i want to|i'd like to|how (?:do|can) i|let's|let me)"
)
_ALL = r"(?:(?:мои |свои |все )?(?:аккаунты|мессенджеры)|(?:my |all )?accounts|(?:my |all )?messengers)"
_GOES_ON = (
    r"(?:продолж(?:и|им|ай|аем|у|ите|ить|аю|имте)|возобнови(?:м|ть)? (?:разговор|беседу|диалог)|continue|go on|carry on"
    r"|resume)"
)
_TALK = (
    r"(?:(?:наш |наше |мой |the |our |my )?(?:разговор|бесед[уы]|диалог|общение|conversation|talk|chat|dialog(?:ue)?))"
)
_FROM = r"(?:из|с|со|от|from)"
_BEGUN = r"(?:начат\w+|начали|что (?:было|начали)|начал|то,? что (?:было|начали)|from where we (?:left off|stopped))"

_WHOLE: dict[str, tuple[str, ...]] = {
    UNLINK_ACCOUNT: (
        rf"(?:{_WANT} )?{_UNLINKS} (?:(?:{_HERE}) )?{_THING}(?: отсюда| от бота| from here)?",
        rf"(?:{_WANT} )?{_UNLINKS} {_ALL}",
    ),
    LINK_ACCOUNT: (
        rf"(?:{_WANT} )?{_LINKS} (?:(?:меня|me) )?(?:(?:с|со|к|ко|with|to|and|и) )?{_THING}"
        rf"(?: (?:сюда|к боту|here))?",
        rf"(?:{_WANT} )?{_LINKS} (?:{_HERE} )?{_THING} (?:с|со|к|ко|и|with|to|and) (?:{_HERE} )?{_THING}",
        rf"(?:{_WANT} )?{_LINKS} {_ALL}",
        r"(?:дай|дайте|мне нужен|нужен|give me|i need)(?: мне)? (?:код (?:для )?привязки|a? ?link(?:ing)? code)"
        rf"(?: (?:для |к )?{_THING})?",
        rf"(?:привязка|связка) (?:{_THING}|аккаунтов|мессенджеров)",
    ),
    CONTINUE_TALK: (
        rf"(?:{_WANT} )?{_GOES_ON}(?: {_TALK})? {_FROM} {_THING}(?: (?:здесь|тут|сюда|here|отсюда))?",
        rf"(?:{_WANT} )?{_GOES_ON}(?: {_TALK})? {_BEGUN} (?:в|на|in|on) {_THING}",
        rf"(?:{_WANT} )?(?:{_GOES_ON}(?: {_TALK})? )(?:отсюда|(?:здесь|тут|here|from here),? {_FROM} {_THING})",
        rf"(?:{_WANT} )?{_GOES_ON} {_TALK}(?: (?:здесь|тут|here|from here))?",
        rf"(?:{_WANT} )?(?:{_GOES_ON} )(?:from here|over here)",
        rf"(?:я )?(?:пере(?:шел|шла|хожу)|пиш[уе]) (?:сюда )?{_FROM} {_THING},? {_GOES_ON}",
    ),
}
_PATTERNS = {intent: re.compile(rf"{_ADDRESS}(?:{'|'.join(wordings)}){_POLITE}") for intent, wordings in _WHOLE.items()}


# Freer words, looked for anywhere. Beginnings of words unless they end in \\b.
_GENERIC = re.compile(r"\b(?:мес{1,2}енджер|ак{1,2}аунт|учетк|профил(?:ь|я|ю|ем)\b|messengers?\b|accounts?\b)")
_MESSENGER = re.compile(rf"\b{_NAMED}\b")
_JOINS = re.compile(
    r"\b(?:привя[жз]|подвя[жз]|перевя[жз]|свяж|связать|связк|связыва|подключ|соедин|присоедин|объедин|синхрон|сцеп|подцеп"
    r"|одним целым|link|connect|pair|merge|sync|attach|hook|set ?up)"
)
# To speak with the bot from somewhere else, to be known there, to go over there.
_USES = re.compile(
    r"\b(?:пис(?:ать|ал|ала|у|ы)|напис|пользу|пользова|общат|общен|говор|разговор|разговарив|попасть|найти|бесед|чат\b|переписыв|работ|узнава|узна[её]шь"
    r"|перей(?:ти|ду|дем)|перех|переез|перенес|перенос|перебра|войти|зайти|авториз|добав|код\b|кода\b|тоже|ты есть|хочу"
    r"|write|talk|chat|speak|message you|use\b|using|switch|move|log ?in|sign in|code\b|add\b|recogni[sz]e|know me"
    r"|conversation|i want)"
)
_FROM_ELSEWHERE = re.compile(
    r"\b(?:теб[еяю]|тобой|вам\b|вами|ты\b|бот(?:ом|у|а)?\b|наш|мо(?:й|я|и|его|ей|ему|им|ем|ю)\b|мне\b|меня\b"
    r"|сво(?:й|я|его|ей|ю|им|ем)\b|друг(?:ой|ого|ому|им|ом)|втор(?:ой|ого|ым|ую)|нов(?:ый|ого|ом|ую)|дв(?:ух|а|е)\b|обоих|еще"
    r"|также|(?:тот|этот|то|это) же|перей|туда|оттуда|(?:и|или) (?:тут|там|здесь|в|из)\b"
    r"|you\b|the bot|this bot|our|my\b|me\b|another|other|second|new\b|two|both|also|too\b|as well|same"
    r"|instead|there\b)"
)
_CHANGED = re.compile(r"\b(?:поменял|сменил|завел|удалил|потерял|changed|lost|new)")
# Whatever is about calls, lists, people or something that the bot does not do.
_OTHER_MATTER = re.compile(
    r"\b(?:звон|обзвон|дозвон|прозвон|позвон|номер|задани|задач|спис|файл|контакт|клиент|подписчик|рассыл|отчет|уведомл"
    r"|статус|отправ|пришл|присыл|скин|загруз|сценар|робот|телефон(?:и|ы|ов)|twin|твин|менеджер|оператор|пуст|коллцентр"
    r"|пригла|лимит|запус|кампани|групп|канал|фраз|page|страниц|crm|amo|баз[аыу]\b"
    r"|call|dial|number|list|task|file|contact|client|customer|campaign|report|send|subscriber|agent|manager|limit"
    r"|start|invite|access|phrase|script|друз|info|gone)"
)
_NEGATED = re.compile(r"\b(?:не\b|нельзя|don't|do not|not\b)")
_WHERE_WE_ARE = re.compile(
    r"(?:на чем|где)(?: же)?(?: мы| я)?(?: там| тут)? (?:остановил\w+|закончил\w+|прервал\w+)"
    r"|(?:where did (?:we|i) (?:leave off|stop)|what were we doing|where were we)"
)
_GOES_ON_FREELY = re.compile(
    r"\b(?:продолж|дальше|закончим|подхвати|верн(?:ись|емся)|возобнов|остановил|continue|go on|carry on|pick up|resume"
    r"|left off|stopped?\b|давай (?:тут|здесь))"
)
_BEGUN_THERE = re.compile(
    r"\b(?:из|с|в|на|from|in|on) (?:\w+ )?" + _NAMED + r"\b|\bmy " + _NAMED + " (?:conversation|chat|talk)"
)
_PARTS = re.compile(
    r"\b(?:отвя[жз]|разъедин|рассоедин|отсоедин|расцеп|отцеп|separate my|unlink|detach)"
    r"|\b(?:убери|убрать|удали|удалить|разорви|разорвать|сними|снять|отмени|remove|undo|drop|cancel)"
    r" (?:\w+ )?(?:привязк|связь|связку|link)"
)
_OF_ACCOUNTS = re.compile(r"\b(?:привязк|его\b|ее\b|все\b|them\b|it\b|all\b|everything\b|the link)")


def accounts_intent(text: str) -> str | None:
    """The intent of a whole message about the person's accounts; None when it is about something else."""
    if len(text) > MOST_CHARACTERS:
        return None
    low = _plain(text)
    return next((intent for intent, pattern in _PATTERNS.items() if pattern.fullmatch(low)), None)


def seems_about_accounts(text: str) -> str | None:
    """What a message in freer words asks for, where no command was given; `HOW_TO_LINK` instead of `LINK_ACCOUNT`.

    While the bot waits for free text it is not asked: «Подключение Max» is a name.
    """
    if len(text) > MOST_CHARACTERS or any(sign.isdigit() for sign in text) or _QUOTED.search(text):
        return None
    low = _plain(text)
    if _OTHER_MATTER.search(low):
        return None
    named = {found[0] for found in _MESSENGER.finditer(low)}
    things = bool(named) or _GENERIC.search(low) is not None
    if _PARTS.search(low) and (things or _OF_ACCOUNTS.search(low)) and "не отв" not in low:
        return UNLINK_ACCOUNT
    goes_on = _GOES_ON_FREELY.search(low) is not None
    if (goes_on and _BEGUN_THERE.search(low)) or (_WHERE_WE_ARE.search(low) and not low.startswith("продолж")):
        return None if _NEGATED.search(low) else CONTINUE_TALK
    if not things or _NEGATED.search(low):
        return None
    changed = _CHANGED.search(low) is not None
    if changed and not named:  # «сменил мессенджер»
        return HOW_TO_LINK
    elsewhere = _FROM_ELSEWHERE.search(low) is not None
    if _JOINS.search(low) or len(named) > 1 or (elsewhere and (changed or _USES.search(low))):
        return HOW_TO_LINK
    return None


def names_messenger(text: str) -> bool:
    return _MESSENGER.search(_plain(text)) is not None


def _plain(text: str) -> str:
    return " ".join(text.lower().replace("ё", "е").replace("’", "'").split())
