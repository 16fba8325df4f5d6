"""Whole messages that are commands even while the bot waits for free text, such as the name of a task.

The set is closed and small on purpose: a company may be called "Отмена.ру" or "Помощь бездомным", so only
a message that consists of one of these phrases and nothing else interrupts.
"""

from __future__ import annotations

import re

from rasa_twin24.text.accounts import accounts_intent
from rasa_twin24.text.keyboard import typed_as_russian
from rasa_twin24.text.language_wish import orders_language
from rasa_twin24.text.normalise import normalise
from rasa_twin24.text.people_request import names_person
from rasa_twin24.text.person_id import forgets_person
from rasa_twin24.text.teach import teaching_intent
from rasa_twin24.text.tokens import as_cyrillic, tokenize

MOST_CHARACTERS = 80
FORGET, MANAGE_PEOPLE, SWITCH_LANGUAGE = "forget", "manage_people", "switch_language"

_PHRASES: dict[str, str] = {
    "cancel": """
        отмена|отмени|отмените|отменить|отменяй|отменяю|отмени все|отменить все|отбой|стоп|сброс|сбросить
        выйти|выход
        отмени задание|отменить задание|отмени это|не надо ничего|забудь
        cancel|cancel it|cancel that|cancel everything|stop|abort|quit|exit
    """,
    "help": """
        помощь|помоги|помогите|помоги мне|справка|хелп|что ты умеешь|что умеешь|что ты можешь|что можешь
        инструкция
        как пользоваться|как тобой пользоваться|что делать|команды|список команд|меню
        help|help me|menu|commands|what can you do
    """,
    "create_task": """
        создай задание|создать задание|создайте задание|новое задание|создай новое задание
        создать новое задание
        создай обзвон|создать обзвон|создайте обзвон|новый обзвон|создай новый обзвон|создать новый обзвон
        create task|create a task|new task|create a call task|create call task|create a new task
    """,
    "add_to_existing_task": """
        добавь номера|добавить номера|добавь номера в задание|добавить номера в задание|добавь в задание
        добавить в задание|добавь в существующее задание|добавить в существующее задание
        add numbers|add numbers to a task|add to a task|add to task|add to an existing task
    """,
    "start_calls": """
        запусти обзвон|запустить обзвон|запускай обзвон|запустите обзвон|запускайте обзвон|начни обзвон
        начать обзвон
        начинай обзвон|начинай звонить|запусти звонки|запустить звонки|начать звонки|начни звонить|запускай
        start calls|start the calls|start calling|start dialing|start dialling|start the campaign|launch calls
    """,
    "pause_calls": """
        пауза|на паузу|поставь на паузу|поставить на паузу|приостанови|приостановить|приостанови обзвон
        приостановить обзвон|останови обзвон|остановить обзвон|останови звонки|остановить звонки
        останови задание
        pause|pause calls|pause the calls|stop calls|stop the calls|stop calling
    """,
    "resume_calls": """
        возобнови|возобнови обзвон|возобновить обзвон|возобнови звонки|возобновить звонки|продолжи обзвон
        продолжить обзвон|продолжи звонки|продолжи звонить|сними с паузы|сними обзвон с паузы|снять с паузы
        сними паузу|снять паузу|отмени паузу
        resume|resume calls|resume the calls|resume calling|unpause|continue calling|continue the calls
    """,
    "task_status": """
        статус|какой статус|статус задания|статус обзвона|покажи статус|как идет обзвон|как дела с обзвоном
        что с обзвоном|как обзвон|как там обзвон
        status|task status|call status|show status|how is it going
    """,
    "emergency_stop": """
        стоп все|останови все|остановить все|остановите все|стоп все обзвоны|стоп всем обзвонам|стоп все звонки
        останови все обзвоны|остановить все обзвоны|останови все звонки|остановить все звонки
        аварийный стоп|аварийная остановка|экстренный стоп|экстренная остановка|полный стоп
        stop everything|stop all|stop all calls|stop all the calls|stop all campaigns|emergency stop|halt everything
    """,
    "lift_stop": """
        сними стоп|снять стоп|снимите стоп|сними остановку|снять остановку|отмени стоп|отменить стоп
        сними запрет|разреши запуск|разрешить запуск|разреши запуски|сними аварийный стоп|сними стоп все
        lift stop|lift the stop|lift the emergency stop|remove the stop|cancel the stop|allow starts|clear the stop
    """,
    "show_limits": """
        лимиты|мои лимиты|покажи лимиты|какие лимиты|какие у меня лимиты|остаток лимитов
        limits|my limits|show limits|show the limits|what are the limits
    """,
    "show_list": """
        сколько номеров|сколько номеров в списке|сколько номеров в задании|сколько людей в списке|покажи номера
        показать номера|покажи список номеров|список номеров|какие номера в списке|номера файлом|покажи список
        show numbers|show the numbers|show the list|list numbers|how many numbers|how many numbers are on the list
    """,
    "edit_list": """
        убери последний|удали последний|убрать последний|удалить последний|убери последний номер
        удали последний номер|последний номер неверный|последний номер не тот|последний номер неправильный
        убери последнего|очисти|очистить|очистите
        очисти список|очистить список|очисти список номеров|удали все номера|убери все номера
        удалить все номера
        remove last|remove the last|remove the last one|remove the last number|delete the last number|clear the list
        the last number is wrong|last number is wrong|the last one is wrong
        clear|clear list|delete all numbers|remove all numbers
    """,
    "do_not_call": """
        сколько в черном списке|черный список|сколько номеров в черном списке|покажи черный список|стоп лист
        do not call list|blacklist|how many are on the do not call list
    """,
    "list_tasks": """
        мои задания|список заданий|покажи задания|покажи мои задания|все задания|мои обзвоны|список обзвонов
        покажи обзвоны|покажи мои обзвоны|какие есть задания|какие у меня задания
        list tasks|my tasks|show tasks|show my tasks|task list|list my tasks
    """,
    "audit": """
        покажи журнал|журнал действий|показать журнал|журнал файлом|покажи журнал действий|кто что запускал
        show the audit|show audit|audit log|show the audit log|show audit log
    """,
    "forget": """
        забудь меня|забудь обо мне|удали мои данные|удалить мои данные|удалите мои данные|сотри мои данные
        forget me|delete my data|erase my data|remove my data
    """,
    "manage_people": """
        кто имеет доступ|у кого есть доступ|у кого доступ|покажи кто имеет доступ|список людей|список пользователей
        кто есть в боте
        пригласи оператора|пригласить оператора|пригласи наблюдателя|пригласить наблюдателя
        отзови приглашения|отозвать приглашения
        who has access|list people|list users|invite operator|invite an operator|invite viewer|invite a viewer
        revoke invitations|revoke the invitations
    """,
}
_COMMANDS: dict[str, str] = {
    phrase.strip(): intent
    for intent, phrases in _PHRASES.items()
    for phrase in phrases.strip().replace("\n", "|").split("|")
}

# Anything else than letters, blanks and these signs makes the message more than a command.
_PLAIN_MESSAGE = re.compile(r"[a-zа-я ,.!?-]+")
_WORD = re.compile(r"\w+")
_SIGNS = re.compile(r"[ ,.!?-]+")
_POLITE = re.compile(
    r"^(?:пожалуйста|плиз|ну|так|бот|эй|срочно|немедленно|please|ok|ок|quickly) |"
    r" (?:пожалуйста|плиз|пж|плз|please|pls|plz|бот|спасибо|thanks|срочно|немедленно|now)$"
)


def command_of(text: str) -> str | None:
    """The intent that a whole message commands, such as "cancel" for "Отмена!", or None if it is no command."""
    if teaching := teaching_intent(text):
        return teaching
    if accounts := accounts_intent(text):
        return accounts
    if len(text) > MOST_CHARACTERS:
        return None
    if about_person := command_about_person(text):
        return about_person
    if orders_language(text):
        return SWITCH_LANGUAGE
    plain = _WORD.sub(lambda word: as_cyrillic(word.group()), normalise(text).text.strip())
    return _command(plain) or _command(typed_as_russian(plain))


def command_about_person(text: str) -> str | None:
    """The intent of a message that holds somebody's id and says what to do with them, or with what is kept of them."""
    if forgets_person(text):
        return FORGET
    return MANAGE_PEOPLE if names_person(text) else None


def _command(plain: str) -> str | None:
    if not _PLAIN_MESSAGE.fullmatch(plain) or re.search(r"\w[.!?-]\w", plain):
        return None
    words = _SIGNS.sub(" ", plain).strip()
    return _COMMANDS.get(words) or _COMMANDS.get(_POLITE.sub("", _POLITE.sub("", words)))


# Said to "one more?" these end the list; anywhere else they end the talk.
_ENOUGH = frozenset(
    {"хватит", "достаточно", "довольно", "enough", "хватит пожалуйста", "пока хватит", "этого достаточно"}
)


def ends_list(text: str) -> bool:
    """Tell whether a whole message says that there are enough numbers: no more of them, but nothing is cancelled."""
    return " ".join(token.text for token in tokenize(text)) in _ENOUGH
