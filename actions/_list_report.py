"""What a list that was read holds, in words, and what can be done with it."""

from __future__ import annotations

from actions._office import Office
from actions._own_contact import ask_about_own
from actions._turn import Turn
from rasa_twin24.campaign import Outcome
from rasa_twin24.campaign.imports import CHOOSE_COLUMN, DOUBTFUL, MOST_NAME, READY
from rasa_twin24.ledger.imports import Import, ImportState, Left, Purpose
from rasa_twin24.lists import rejects_file
from rasa_twin24.text.phones import hide_numbers, mask_written

# Rows that are named in the message; the rest is in the file.
SHOWN = 10
# Messengers cut longer buttons; nobody can choose among more columns at a glance.
TITLE_CHARACTERS = 40
MOST_COLUMNS = 8
VARIABLES = 10
# The report's phrases after which a yes takes the list: the file of what was left out may come below it.
ASKS = (
    "import_report",
    "import_report_no_name",
    "import_report_no_id",
    "import_report_do_not_call",
    "import_left",
)

# By the reasons of `lists.Rejected` and of the campaign, in the order in which a report names them.
REASONS = (
    "duplicate",
    "in_task",
    "do_not_call",
    "remark",
    "no_number",
    "too_short",
    "too_long",
    "not_valid",
    "no_plus",
    "rounded",
    "impossible",
    "extension",
)
# The one that a yes does not answer.
ASKS_FOR_TASK = "import_report_no_task"
ASKS_FOR_COLUMN = "import_choose_column"


async def tell_of_list(turn: Turn, office: Office, kind: str, params: dict[str, str]) -> None:
    """The news of a list: its report, the question for its column or its doubtful rows, or why it cannot be read.

    Whatever plan was shown is void: a yes may be meant for the list.
    """
    if kind not in (READY, CHOOSE_COLUMN, DOUBTFUL):
        if params.get("file") == "":
            params = {**params, "file": turn.word("import_pasted")}
        turn.tell(Outcome(kind, params))
        return
    found = await office.ledger.imports.of(turn.conversation, int(params["import"]))
    if found is None:
        turn.say("import_gone")
        return
    await office.ledger.plans.void(turn.conversation)
    if kind == READY and found.state == ImportState.READY:
        await report_list(turn, office, found)
    elif kind == CHOOSE_COLUMN and found.state == ImportState.CHOOSING:
        _ask_for_column(turn, found)
    elif kind == DOUBTFUL and found.state == ImportState.READY:
        (ask_about_own if found.purpose == Purpose.OWN_CONTACT else ask_about_rows)(turn, found)


def _ask_for_column(turn: Turn, found: Import) -> None:
    columns = found.report["columns"][:MOST_COLUMNS]
    buttons = [
        {"title": str(name)[:TITLE_CHARACTERS], "payload": _payload("choose_column", found, column=str(index))}
        for index, name in columns
    ]
    cancel = {"title": turn.word("import_cancel"), "payload": _payload("cancel_list", found)}
    turn.offer(ASKS_FOR_COLUMN, [*buttons, cancel], standing=True, file=_file_name(turn, found))


async def report_list(turn: Turn, office: Office, found: Import) -> None:
    """What was found, what is not taken and why, a sample, the variables; and what can be done with it."""
    report = found.report
    left = sorted(await office.ledger.imports.left(found.id), key=lambda one: one.row)
    lines = _lines(turn, office, found, left)
    task, _ = await office.campaign.current(turn.conversation)
    if not report["good"] and (task is not None or not report.get("doubtful")):
        await _report_nobody(turn, office, found, lines)
        await _send_left(turn, office, found, left)
        return
    await _ask_about_list(turn, office, found, lines)
    await _send_left(turn, office, found, left)


def asks_about_list(turn: Turn) -> bool:
    """Whether this message was typed right after the report of a list."""
    return turn.typed and turn.answers_to in ASKS


async def list_to_decide(turn: Turn, office: Office) -> Import | None:
    """The list that was asked about last, if this message was typed right after that question, whichever it was."""
    if not turn.typed:
        return None
    if turn.answers_to in (*ASKS, ASKS_FOR_TASK):
        return await office.campaign.imports.waiting(turn.conversation)
    return await office.campaign.imports.choosing(turn.conversation) if turn.answers_to == ASKS_FOR_COLUMN else None


async def ask_about_list_again(turn: Turn, office: Office) -> bool:
    """After a digression from a list's report: its question once more, in short. False: there is none."""
    found = await list_to_decide(turn, office)
    if found is None:
        return False
    if found.state == ImportState.CHOOSING:
        _ask_for_column(turn, found)
    else:
        count = str(found.report["good"])
        line = turn.word("import_line_waiting", file=_file_name(turn, found), count=count)
        await _ask_about_list(turn, office, found, line)
    return True


async def _ask_about_list(turn: Turn, office: Office, found: Import, lines: str) -> None:
    """The question what is to become of the list, under what is said of it, with its buttons."""
    report = found.report
    task, _ = await office.campaign.current(turn.conversation)
    limit = office.settings.limits.task_numbers
    if found.purpose != Purpose.DO_NOT_CALL and report["good"] > limit:
        lines += "\n" + turn.word("import_line_over_limit", limit=str(limit))
    buttons = []
    if found.purpose == Purpose.DO_NOT_CALL:
        question = "import_report_do_not_call"
        buttons.append(_button(turn, "import_ban", "take_list", found, count=str(report["good"])))
    elif task is None:
        question = ASKS_FOR_TASK
        buttons += [
            {"title": turn.word(f"import_{intent}"), "payload": f"/{intent}"}
            for intent in ("create_task", "add_to_existing_task")
        ]
    else:
        asks_for_id = (turn.tracker.active_loop or {}).get("name") == "existing_task_form"
        nameless = "import_report_no_id" if asks_for_id else "import_report_no_name"
        question = "import_report" if task.name else nameless
        buttons.append(_button(turn, "import_add", "take_list", found, count=str(report["good"])))
        if 0 < report["elsewhere"] < report["good"]:
            new = str(report["good"] - report["elsewhere"])
            buttons.append(_button(turn, "import_add_new", "take_new_of_list", found, count=new))
    buttons.append(_button(turn, "import_cancel", "cancel_list", found))
    name = task.name if task is not None else ""
    turn.offer(question, buttons, standing=True, lines=lines, name=name)


async def _report_nobody(turn: Turn, office: Office, found: Import, lines: str) -> None:
    rows = await office.campaign.imports.close_empty(found)
    if rows is None:
        turn.say("import_report_nobody", lines=lines)
    else:
        ask_about_rows(turn, rows, f"{lines}\n")


def ask_about_rows(turn: Turn, rows: Import, lines: str = "") -> None:
    """Whether doubtful rows of a list are to be added as well: how many, the first of them, two buttons."""
    count = rows.report["good"] - rows.report["elsewhere"] * rows.only_new
    named = [
        turn.word("import_line_doubtful_row", row=str(row), numbers=numbers) if row else numbers
        for row, numbers, elsewhere in rows.report["rows"]
        if not (rows.only_new and elsewhere)
    ]
    if count > len(named):
        named.append(turn.word("import_line_doubtful_rest", count=str(count - len(named))))
    buttons = [
        _button(turn, "import_take_doubtful", "take_doubtful", rows, count=str(count)),
        _button(turn, "import_leave_doubtful", "leave_doubtful", rows),
    ]
    rows_named = "\n".join(named)
    turn.offer("import_ask_doubtful", buttons, standing=True, lines=lines, count=str(count), rows=rows_named)


def _lines(turn: Turn, office: Office, found: Import, left: list[Left]) -> str:
    report = found.report
    file, rows, good = _file_name(turn, found), str(report["rows"]), str(report["good"])
    lines = [turn.word("import_line_rows", file=file, rows=rows, good=good)]
    for phrase, count in (("several", report["several"]), ("elsewhere", report["elsewhere"])):
        if count:
            lines.append(turn.word(f"import_line_{phrase}", count=str(count), days=str(report["days"])))
    for reason in REASONS:
        if count := report["left"].get(reason):
            lines.append(turn.word(f"import_left_{reason}", count=str(count)))
    if good != "0" and (count := report.get("doubtful")):
        lines.append(turn.word("import_line_doubtful", count=str(count)))
    for one in sorted(left, key=lambda one: one.reason == "extension")[:SHOWN]:  # those not called first
        shown = mask_written(one.shown, office.settings.default_region)
        phrase = "import_line_left" if shown else "import_line_left_empty"
        reason = turn.word(f"import_why_{one.reason}")
        lines.append(turn.word(phrase, row=str(one.row), shown=shown, reason=reason))
    if report["sample"]:
        lines.append(turn.word("import_line_sample", numbers=", ".join(report["sample"])))
    if report["variables"]:
        named = ", ".join(report["variables"][:VARIABLES]) + ("…" if len(report["variables"]) > VARIABLES else "")
        lines.append(turn.word("import_line_variables", variables=named))
    if report["column"]:
        lines.append(turn.word("import_line_column", column=report["column"]))
    return "\n".join(lines)


async def _send_left(turn: Turn, office: Office, found: Import, left: list[Left]) -> None:
    """All rows that are not taken, or not as a whole, as a file, if the report could not name them all.

    With whole numbers, since it goes past Rasa.
    """
    if len(left) <= SHOWN:
        return
    header = turn.word("import_left_columns").split(";")
    reasons = {reason: turn.word(f"import_why_{reason}") for reason in REASONS}
    name = f"{turn.word('import_left_file')}.csv"
    file_id = await office.ledger.files.add(turn.conversation, name, rejects_file(left, header, reasons))
    turn.attach("import_left", file_id, count=str(sum(found.report["left"].values())))


def _file_name(turn: Turn, found: Import) -> str:
    return hide_numbers(found.file_name)[:MOST_NAME] or turn.word("import_pasted")


def _button(turn: Turn, phrase: str, intent: str, found: Import, **values: str) -> dict[str, str]:
    return {"title": turn.word(phrase, **values), "payload": _payload(intent, found)}


def _payload(intent: str, found: Import, **more: str) -> str:
    values = ", ".join(f'"{name}": "{value}"' for name, value in {"import": str(found.id), **more}.items())
    return f"/{intent}{{{values}}}"
