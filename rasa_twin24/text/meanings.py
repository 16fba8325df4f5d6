"""What people call the things a phrase can be taught to mean: a closed table, from their words to the intent."""

from __future__ import annotations

from rasa_twin24.text.commands import command_of
from rasa_twin24.text.consent import is_clear_no, is_clear_yes
from rasa_twin24.text.taught import phrase_key

_NAMES: dict[str, str] = {
    "affirm": "да|согласие|согласен|подтверждение|подтверждаю|yes|consent|confirm|agree|affirm",
    "deny": "нет|отказ|не надо|no|refusal|deny|refuse",
    "hesitate": "не знаю|сомнение|надо подумать|подумаю|может быть|not sure|maybe|doubt|hesitate",
    "start_calls": """
        запуск|запустить|запускай|запусти|запусти обзвон|запустить обзвон|запускай обзвон|старт|стартуй|начать обзвон
        начинай|начни обзвон|начать звонить|звонить|обзванивать
        start|start calls|start the calls|start calling|launch|launch calls|begin|dial
    """,
    "resume_calls": """
        продолжить|продолжи обзвон|продолжить обзвон|возобновить|возобнови обзвон|resume|resume calls|continue
    """,
    "pause_calls": "пауза|приостановить|приостанови|на паузу|поставь на паузу|pause|pause calls|pause the calls",
    "cancel": "отмена|отменить|отмени|стоп|прекратить|выйти|cancel|abort|quit|stop",
    "retry": "повтори|повторить|еще раз|попробуй снова|попробуй еще раз|retry|again|try again|once more",
    "create_task": """
        новый обзвон|создать обзвон|создай обзвон|новое задание|создать задание|создай задание|создать|новая кампания
        new task|create task|create a task|new call task|create
    """,
    "add_to_existing_task": """
        добавить номера|добавь номера|добавить номера в задание|добавить в задание|add numbers|add to a task
        add numbers to a task
    """,
    "task_status": """
        статус|статус обзвона|как идет|как идет обзвон|как там обзвон|как дела с обзвоном|покажи статус
        status|task status|how is it going|how it is going
    """,
    "list_tasks": "мои задания|список заданий|задания|мои обзвоны|list tasks|my tasks|tasks",
    "show_list": """
        покажи номера|показать номера|номера|список номеров|сколько номеров|show numbers|show the list|numbers
    """,
    "show_limits": "лимиты|мои лимиты|лимит|остаток лимитов|limits|my limits",
    "emergency_stop": """
        стоп все|аварийный стоп|аварийная остановка|останови все|остановить все|emergency stop|stop everything
    """,
    "audit": "журнал|покажи журнал|журнал действий|audit|audit log|show the audit",
    "list_template": "шаблон|шаблон файла|шаблон списка|template|file template",
    "help": "помощь|справка|что ты умеешь|help|what can you do",
    "greet": "привет|приветствие|здравствуйте|здравствуй|hello|hi|greeting|greet",
    "thanks": "спасибо|благодарность|thanks|thank you",
    "goodbye": "пока|до свидания|прощание|bye|goodbye",
    "out_of_scope": "не по делу|не твое дело|болтовня|посторонее|постороннее|out of scope|off topic|small talk",
}
MEANINGS: dict[str, str] = {
    name.strip(): intent
    for intent, names in _NAMES.items()
    for name in names.replace("\n", "|").split("|")
    if name.strip()
}
_FRAME = "«»\"“”„‘’'.,!()[] \t"
_BEFORE = (
    "то же самое что ",
    "то же что ",
    "команда ",
    "команду ",
    "the command ",
    "command ",
    "просто ",
    "это ",
    "что ",
    "the ",
)


def read_meaning(words: str) -> str | None:
    """The intent that somebody names by these words: an entry of the table, else a clear yes, no or command."""
    plain = phrase_key(words.strip(_FRAME))
    for before in _BEFORE:
        plain = plain.removeprefix(before)
    if (known := MEANINGS.get(plain)) is not None:
        return known
    if (as_named := plain.replace(" ", "_")) in _NAMES:
        return as_named
    if not plain:
        return None
    if is_clear_yes(plain):
        return "affirm"
    return "deny" if is_clear_no(plain) else command_of(plain)
