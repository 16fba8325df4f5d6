"""What words are about, the same for both languages: "создай", "заведи" and "set up" all make something new.

The language model sees these concepts beside the words themselves, so a verb that no example holds is still known by
what it means. They decide nothing alone: what spends money is read by rule (`consent.py`).
"""

from __future__ import annotations

import re
from functools import lru_cache

# Russian words by how they begin, English ones whole; a word of several lines is all of them.
_CONCEPTS = {
    "create": """
        созда сдела завед завест заведи оформ сформир формиру сгенер состав запил организ подготов замут
        собер собра устро забаца сообраз замути
        create make set setup build prepare compose arrange organise organize generate
    """,
    "new": "нов new another fresh",
    "add": """
        добав докин внес внос дополн закин подкин вставь втисн залей залить загру подгру допиш впиш запиш
        приплюс доба присоед расшир
        add append include upload attach insert put throw extra
    """,
    "start": """
        запус запущ старт начн начин начат погна поехал вруб включ поех
        launch start begin run kick fire commence go trigger initiate
    """,
    "stop": "стоп остано прекра хвати затормоз выруб выключ stop halt cease quit kill",
    "pause": "пауз приостан притормоз тормозн замороз передыш перерыв придерж pause suspend hold freeze break",
    "resume": "продолж возобнов размороз resume continue unpause proceed unfreeze carry",
    "cancel": """
        отмен сброс забе передум брось бросить отбой проехали неважно
        cancel abort nevermind scrap discard abandon mind
    """,
    "remove": """
        удал убер убра вычерк выкин выкид исключ сотр стер очист почист выброс
        remove delete erase drop strike wipe clear exclude cross off
    """,
    "show": "покаж показ вывед вывод глян посмотр скинь отобраз перечисл открой show display see view print give",
    "tell": "скаж подскаж узна знать интерес напомн tell know wonder remind check",
    "call": """
        обзвон прозвон обзван прозван звон дозвон дозван позвон набор набира набер вызов
        call dial ring phone calling dialing dialling calls dialer
    """,
    "task": "задани задач задан кампани компани обзвон прозвон проект рассыл таск task campaign job project batch run",
    "number": """
        номер телефон контакт люд человек чел кандидат клиент абонент лид соискател
        number phone contact people person lead candidate client customer recipient applicant folks guys
    """,
    "list": "списо списк перечен баз list base database roster",
    "progress": """
        статус прогресс иде идут дела состояни законч заверш готов результат успе дозвон обзвонил прозвонил итог сводк
        отчет динамик движ
        status progress going done finished finish result outcome far complete completed stats report doing
    """,
    "limit": """
        лимит квот огранич остат потолок предел максимум норм
        limit quota cap allowance remaining max maximum budget allowed
    """,
    "journal": "журнал лог логи истор протокол audit log logs history journal trail activity",
    "access": """
        доступ рол прав пригла инвайт оператор наблюдат владел админ сотрудн коллег менеджер стажер команд
        access invite role permission operator viewer owner admin colleague teammate invitation invites member team
    """,
    "banned": "черн блок стоплист blacklist block blocked blacklisted dnc never unsubscribe opt ban banned больше",
    "emergency": "аварий авари экстр тревог emergency panic alarm",
    "lift": "сним снять снят разблок разреш lift release unlock allow",
    "retry": "повтор заново снова опять еще перезапус again retry repeat another once retrying",
    "help": """
        помощ помог помоч справк инструкц умее може научи подскаж помощник
        help instructions guide manual tutorial commands explain works
    """,
    "personal": "данн персонал личн инфо сведени профил data personal privacy gdpr information profile account details",
    "forget": "забуд забв стереть forget erase",
    "who": "кто кем кого кому чьих чья who whom whose",
    "how": "как каким how",
    "what": "что чего какой какие какая каков what which",
    "many": "сколько скольким many much count",
    "when": "когда when",
    "why": "почему зачем why",
    "where": "где куда откуда where",
    "mine": "мой мои моя моих мне меня my mine me i",
    "all": "все всех всем весь целиком полностью everything all every whole entire everyone",
    "last": "последн крайн last latest recent final",
    "existing": """
        существ уже имеющ старо старую старый тому тот тех прошл вчераш этом это
        existing already old same current earlier previous
    """,
    "not": "не нет ни нельзя no not never dont nope cant wont",
    "greeting": "привет здра здор добр салют хай ку hello hi hey morning evening greetings",
    "gratitude": "спасиб спс благодар thanks thank thx appreciate",
    "parting": "пока свидан прощай увид bye goodbye later cya",
    "later": "завтра позже потом попозже вечером утром tomorrow later tonight",
    "doubt": "навер возможно вроде думаю подума сомнев уверен maybe perhaps unsure sure probably doubt think guess",
    "wish": "хочу хоте надо нужн нужно можно давай давайте would want need like wanna please could can",
    "wrong": "ошиб неверн неправ wrong mistake error incorrect failed fail",
}
# They carry no meaning: a message of other words that are about nothing here is about something else.
_FUNCTION = """
    и а но в во на с со к ко у о об от до по за из для при над под то та те же ли бы б ну вот там тут так уж да
    the a an of to in on at for from with by and or but is are was were be been do does did it this that these those
    we you they he she our your their us him her them there here just so
"""
_SHORTEST_BEGINNING = 3
# A short beginning is too little of a long word: "лог" begins "логопед".
_LONGEST_ENDING_OF_SHORT = 2
_ENGLISH_ENDINGS = ("s", "ing", "ed", "es", "er")
_CYRILLIC = re.compile("[а-я]")
_FUNCTION_WORDS = frozenset(_FUNCTION.split())


def _table() -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    for concept, words in _CONCEPTS.items():
        for word in words.split():
            table[word] = (*table.get(word, ()), concept)
    return table


_WORDS = _table()


@lru_cache(maxsize=8192)
def concepts_of(word: str) -> tuple[str, ...]:
    """The concepts of one plain lower-case word, () if it is about nothing here.

    >>> concepts_of("запустите"), concepts_of("launching"), concepts_of("погода")
    (('start',), ('start',), ())
    """
    if word in _WORDS:
        return _WORDS[word]
    if _CYRILLIC.search(word):
        for length in range(len(word) - 1, _SHORTEST_BEGINNING - 1, -1):
            begins = _WORDS.get(word[:length])
            if begins and (length > _SHORTEST_BEGINNING or len(word) - length <= _LONGEST_ENDING_OF_SHORT):
                return begins
        return ()
    for ending in _ENGLISH_ENDINGS:
        stem = word.removesuffix(ending)
        if stem != word and (found := _WORDS.get(stem) or _WORDS.get(stem + "e")):
            return found
    return ()


def is_function_word(word: str) -> bool:
    """Whether a plain word says nothing by itself: "и", "the"."""
    return word in _FUNCTION_WORDS
