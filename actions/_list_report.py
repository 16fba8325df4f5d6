"""What a list that was read holds, in words, and what can be done with it."""

from __future__ import annotations

from actions._boundary import Office, Turn
from rasa_twin24.campaign import Outcome
from rasa_twin24.campaign.imports import CHOOSE_COLUMN, MOST_NAME, READY
from rasa_twin24.ledger.imports import Import, ImportState, Left, Purpose
from rasa_twin24.lists import rejects_file
from rasa_twin24.text.phones import hide_numbers

# Rows that are named in the message; the rest is in the file.
SHOWN = 10
SHOWN_CHARACTERS = 40
# Messengers cut longer buttons; nobody can choose among more columns at a glance.
TITLE_CHARACTERS = 40
MOST_COLUMNS = 8
VARIABLES = 10

# By the reasons of `lists.Rejected` and of the campaign, in the order in which a report names them.
REASONS = (
    "duplicate",
    "in_task",
    "do_not_call",
    "no_number",
    "too_short",
    "too_long",
    "not_valid",
    "no_plus",
    "impossible",
)


async def tell_of_list(turn: Turn, office: Office, kind: str, params: dict[str, str]) -> None:
    """The news of a list: its report, the question for its column, or why it cannot be read."""
    found = None
    if kind in (READY, CHOOSE_COLUMN):
        found = await office.ledger.imports.of(turn.conversation, int(params["import"]))
    if found is None:
        if params.get("file") == "":
            params = {**params, "file": turn.word("import_pasted")}
        turn.tell(Outcome(kind, params))
    elif kind == READY and found.state == ImportState.READY:
        await report_list(turn, office, found)
    elif kind == CHOOSE_COLUMN and found.state == ImportState.CHOOSING:
        _ask_for_column(turn, found)


def _ask_for_column(turn: Turn, found: Import) -> None:
    columns = found.report["columns"][:MOST_COLUMNS]
    buttons = [
        {"title": str(name)[:TITLE_CHARACTERS], "payload": _payload("choose_column", found, column=str(index))}
        for index, name in columns
    ]
    cancel = {"title": turn.word("import_cancel"), "payload": _payload("cancel_list", found)}
    turn.offer("import_choose_column", [*buttons, cancel], standing=True, file=_file_name(turn, found))


async def report_list(turn: Turn, office: Office, found: Import) -> None:
    """What was found, what is not taken and why, a sample, the variables; and what can be done with it."""
    report = found.report
    left = await office.ledger.imports.left(found.id)
    lines = _lines(turn, found, left)
    task, _ = await office.campaign.current(turn.conversation)
    limit = office.settings.limits.task_numbers
    if found.purpose != Purpose.DO_NOT_CALL and report["good"] > limit:
        lines += "\n" + turn.word("import_line_over_limit", limit=str(limit))
    buttons = []
    if found.purpose == Purpose.DO_NOT_CALL:
        question = "import_report_do_not_call"
        buttons.append(_button(turn, "import_ban", "take_list", found, count=str(report["good"])))
    elif task is None:
        question = "import_report_no_task"
        buttons += [
            {"title": turn.word(f"import_{intent}"), "payload": f"/{intent}"}
            for intent in ("create_task", "add_to_existing_task")
        ]
    else:
        question = "import_report" if task.name else "import_report_no_name"
        buttons.append(_button(turn, "import_add", "take_list", found, count=str(report["good"])))
        if 0 < report["elsewhere"] < report["good"]:
            new = str(report["good"] - report["elsewhere"])
            buttons.append(_button(turn, "import_add_new", "take_new_of_list", found, count=new))
    if not report["good"]:
        turn.say("import_report_nobody", lines=lines)
        await office.campaign.imports.cancel(turn.conversation, found.id)
    else:
        buttons.append(_button(turn, "import_cancel", "cancel_list", found))
        name = task.name if task is not None else ""
        turn.offer(question, buttons, standing=True, lines=lines, name=name)
    if len(left) > SHOWN:
        await _send_left(turn, office, found, left)


def _lines(turn: Turn, found: Import, left: list[Left]) -> str:
    report = found.report
    file, rows, good = _file_name(turn, found), str(report["rows"]), str(report["good"])
    lines = [turn.word("import_line_rows", file=file, rows=rows, good=good)]
    for phrase, count in (("several", report["several"]), ("elsewhere", report["elsewhere"])):
        if count:
            lines.append(turn.word(f"import_line_{phrase}", count=str(count), days=str(report["days"])))
    for reason in REASONS:
        if count := report["left"].get(reason):
            lines.append(turn.word(f"import_left_{reason}", count=str(count)))
    lines += [
        turn.word("import_line_left", row=str(one.row), shown=_shown(one), reason=turn.word(f"import_why_{one.reason}"))
        for one in left[:SHOWN]
    ]
    if report["sample"]:
        lines.append(turn.word("import_line_sample", numbers=", ".join(report["sample"])))
    if report["variables"]:
        named = ", ".join(report["variables"][:VARIABLES]) + ("…" if len(report["variables"]) > VARIABLES else "")
        lines.append(turn.word("import_line_variables", variables=named))
    if report["column"]:
        lines.append(turn.word("import_line_column", column=report["column"]))
    return "\n".join(lines)


async def _send_left(turn: Turn, office: Office, found: Import, left: list[Left]) -> None:
    """All rows that are not taken, as a file: whole, since it goes past Rasa."""
    header = turn.word("import_left_columns").split(";")
    reasons = {reason: turn.word(f"import_why_{reason}") for reason in REASONS}
    name = f"{turn.word('import_left_file')}.csv"
    file_id = await office.ledger.files.add(turn.conversation, name, rejects_file(left, header, reasons))
    turn.attach("import_left", file_id, count=str(sum(found.report["left"].values())))


def _shown(row: Left) -> str:
    """As it stands in the list, but without whole numbers."""
    text = hide_numbers(" ".join(row.shown.split()))
    digits = sum(character.isdigit() for character in text)
    if digits > 6:  # what is no number to us may still be one
        seen = 0
        masked = []
        for character in text:
            seen += character.isdigit()
            masked.append("*" if character.isdigit() and 3 < seen <= digits - 2 else character)
        text = "".join(masked)
    return text[:SHOWN_CHARACTERS]


def _file_name(turn: Turn, found: Import) -> str:
    return hide_numbers(found.file_name)[:MOST_NAME] or turn.word("import_pasted")


def _button(turn: Turn, phrase: str, intent: str, found: Import, **values: str) -> dict[str, str]:
    return {"title": turn.word(phrase, **values), "payload": _payload(intent, found)}


def _payload(intent: str, found: Import, **more: str) -> str:
    values = ", ".join(f'"{name}": "{value}"' for name, value in {"import": str(found.id), **more}.items())
    return f"/{intent}{{{values}}}"
