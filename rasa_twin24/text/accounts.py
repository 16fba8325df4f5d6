"""What is asked about a person's accounts in several messengers: «привяжи телеграм», «продолжим отсюда».

Rules, Russian and English, of whole messages. A closed set: «продолжи» alone means calls, and a code or a talk that
goes on is nothing the language model should guess.
"""

from __future__ import annotations

import re

MOST_CHARACTERS = 120  # looked at
LINK_ACCOUNT, UNLINK_ACCOUNT, CONTINUE_TALK = "link_account", "unlink_account", "continue_talk"

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


def accounts_intent(text: str) -> str | None:
    """The intent of a whole message about the person's accounts; None when it is about something else."""
    if len(text) > MOST_CHARACTERS:
        return None
    low = " ".join(text.lower().replace("ё", "е").replace("’", "'").split())
    return next((intent for intent, pattern in _PATTERNS.items() if pattern.fullmatch(low)), None)
