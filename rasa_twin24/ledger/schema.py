"""The tables of the ledger. Times are seconds since the epoch, UTC; phones are E.164.

The tables are made and changed by the migrations beside this file only; this is what the queries are written in.
"""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()

conversations = sa.Table(
    "conversations",
    metadata,
    sa.Column("id", sa.String(255), primary_key=True),  # <messenger>:<id>
    sa.Column("task_id", sa.Integer, nullable=True),  # the task being talked about
    sa.Column("step", sa.String(32), nullable=True),  # see Step
    sa.Column("gone_at", sa.Float, nullable=True),  # blocked the bot, left: nothing is pushed
    sa.Column("updated_at", sa.Float, nullable=False),
    sa.Column("language", sa.String(2), nullable=True),  # what the bot speaks here: ru, en
    # The person asked for that language; else it follows their messages.
    sa.Column("language_chosen", sa.Boolean, nullable=False, server_default=sa.false()),
)

tasks = sa.Table(
    "tasks",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conversation", sa.String(255), nullable=False, index=True),
    sa.Column("twin_id", sa.String(64), nullable=True, index=True),  # None until TWIN has answered
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("ours", sa.Boolean, nullable=False),  # made by this bot
    sa.Column("state", sa.String(16), nullable=False, index=True),  # see TaskState
    sa.Column("was_done", sa.Boolean, nullable=False, server_default=sa.false()),  # DONE before this filling
    # Candidates at TWIN besides ours; None: TWIN does not tell; below 0: it has lost some of ours.
    sa.Column("there_before", sa.Integer, nullable=True),
    sa.Column("called_before", sa.Integer, nullable=True),  # of them, when it was opened on a pause; None: not told
    sa.Column("created_at", sa.Float, nullable=False),  # at TWIN; before that, when it was written down
    sa.Column("started_at", sa.Float, nullable=True),  # written before `play` is sent
    sa.Column("ended_at", sa.Float, nullable=True),
    sa.Column("seen_status", sa.Text, nullable=True),  # last told by TWIN, which may send words of its own
    sa.Column("look_at", sa.Float, nullable=True, index=True),  # when to ask TWIN again
    sa.Column("looks", sa.Integer, nullable=False, server_default="0"),
    sa.Column("begun_by", sa.String(255), nullable=True),  # the message that turned to it; repeated, it turns again
    sa.Column("ordered_by", sa.String(255), nullable=True),  # the message that named it
    sa.Column("mark", sa.String(16), nullable=True),  # tells our task at TWIN from all others; the name has 6 of it
    sa.Column("sent_at", sa.Float, nullable=True),  # written before the request that creates it
    sa.Column("spoiled", sa.Boolean, nullable=False, server_default=sa.false()),  # never to be played by this bot
    # Its person asked to start: once the numbers are there the plan is shown, without "one more?".
    sa.Column("start_wanted", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("lease_owner", sa.String(64), nullable=True),  # the process that works on it
    sa.Column("lease_until", sa.Float, nullable=True),
)

candidates = sa.Table(
    "candidates",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("task_id", sa.Integer, sa.ForeignKey("tasks.id", ondelete="CASCADE"), nullable=False),
    sa.Column("phone", sa.String(20), nullable=False, index=True),
    sa.Column("state", sa.String(16), nullable=False),  # see CandidateState
    sa.Column("created_at", sa.Float, nullable=False),
    sa.Column("portion_id", sa.Integer, nullable=True),  # with which it was sent last
    sa.Column("more_phones", sa.Text, nullable=True),  # JSON list: further numbers of the same person
    sa.Column("variables", sa.Text, nullable=True),  # JSON object of texts, for TWIN's script
    sa.UniqueConstraint("task_id", "phone", name="uq_candidates_task_phone"),
)

portions = sa.Table(
    "portions",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("task_id", sa.Integer, sa.ForeignKey("tasks.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("twin_id", sa.String(64), nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),  # see PortionState
    sa.Column("sent_at", sa.Float, nullable=False),  # written before the request
    sa.Column("ended_at", sa.Float, nullable=True),
)

abandoned = sa.Table(  # tasks at TWIN that this bot must never play
    "abandoned",
    metadata,
    sa.Column("twin_id", sa.String(64), primary_key=True),
    sa.Column("reason", sa.String(16), nullable=False),  # duplicate, unverified
    sa.Column("at", sa.Float, nullable=False),
)

plans = sa.Table(
    "plans",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("task_id", sa.Integer, sa.ForeignKey("tasks.id", ondelete="CASCADE"), nullable=False),
    sa.Column("conversation", sa.String(255), nullable=False, index=True),
    sa.Column("digest", sa.String(64), nullable=False),  # of task, list, script and caller id, as shown
    sa.Column("state", sa.String(8), nullable=False),  # shown, used, void
    sa.Column("created_at", sa.Float, nullable=False),
    sa.Column("expires_at", sa.Float, nullable=False),
    sa.Column("count", sa.Integer, nullable=False, server_default="0"),  # candidates that a yes would dial, as shown
    sa.Column("outcome", sa.String(16), nullable=True),  # of the confirmation: done, refused, not_started, unclear
    sa.Column("ended_at", sa.Float, nullable=True),
    sa.Column("played_at", sa.Float, nullable=True),  # when the gate let its one `play` through
    sa.Column("shown_by", sa.String(255), nullable=True),  # the message that it answers, which is no answer to it
    sa.Column("shown_to", sa.String(255), nullable=True),  # the account that saw it; None: the conversation's own
)

reservations = sa.Table(  # what a start takes of the limits; in the transaction that lets `play` be sent
    "reservations",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("task_id", sa.Integer, nullable=False, index=True),
    sa.Column("person", sa.String(255), nullable=False),
    sa.Column("numbers", sa.Integer, nullable=False),
    sa.Column("day", sa.String(10), nullable=False, index=True),  # YYYY-MM-DD in the company's time zone
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),  # reserved, spent, released
    sa.Column(
        "at_twin", sa.Integer, nullable=True
    ),  # all candidates of the task, called or not; None: TWIN didn't tell
)

stops = sa.Table(  # emergency stops; one that is not lifted is in force
    "stops",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("made_by", sa.String(255), nullable=False),
    sa.Column("made_at", sa.Float, nullable=False),
    sa.Column("lifted_by", sa.String(255), nullable=True),
    sa.Column("lifted_at", sa.Float, nullable=True),
    sa.Column("reported_at", sa.Float, nullable=True),  # when its maker was told what has been paused
)

pauses = sa.Table(  # pauses of one task that somebody asked for; one without an end is to be carried out
    "pauses",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("task_id", sa.Integer, sa.ForeignKey("tasks.id", ondelete="CASCADE"), nullable=False),
    sa.Column("twin_id", sa.String(64), nullable=False, index=True),
    sa.Column("asked_by", sa.String(255), nullable=False),
    sa.Column("asked_at", sa.Float, nullable=False),  # written before the request
    sa.Column("reported_at", sa.Float, nullable=True),  # when it was told that it does not work yet
    sa.Column("ended_at", sa.Float, nullable=True),
    sa.Column("outcome", sa.String(16), nullable=True),  # done, failed, withdrawn
)

people = sa.Table(  # who was let in; the owners of messengers are in BOT_OWNERS only
    "people",
    metadata,
    sa.Column("id", sa.String(255), primary_key=True),  # <messenger>:<id>
    sa.Column("role", sa.String(16), nullable=False),  # operator, viewer
    sa.Column("name", sa.Text, nullable=False, server_default=""),  # as the messenger told it
    sa.Column("language", sa.String(35), nullable=True),  # an IETF tag, as the messenger told it
    sa.Column("added_by", sa.String(255), nullable=False),
    sa.Column("added_at", sa.Float, nullable=False),
)

invites = sa.Table(
    "invites",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("code_hash", sa.String(64), nullable=False, unique=True),  # SHA-256, hexadecimal; the code is not kept
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("made_by", sa.String(255), nullable=False),
    sa.Column("made_at", sa.Float, nullable=False),
    sa.Column("expires_at", sa.Float, nullable=False),
    sa.Column("used_by", sa.String(255), nullable=True),
    sa.Column("used_at", sa.Float, nullable=True),
)

invite_tries = sa.Table(  # codes that a stranger tried and that were not right
    "invite_tries",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("person", sa.String(255), nullable=False, index=True),
    sa.Column("at", sa.Float, nullable=False),
)

access_requests = sa.Table(
    "access_requests",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("person", sa.String(255), nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False, server_default=""),
    sa.Column("language", sa.String(35), nullable=True),
    sa.Column("asked_at", sa.Float, nullable=False),
    sa.Column("decision", sa.String(16), nullable=True),  # operator, viewer, refused
    sa.Column("decided_by", sa.String(255), nullable=True),
    sa.Column("decided_at", sa.Float, nullable=True),
)

audit = sa.Table(  # append-only: the database refuses to change or delete a row
    "audit",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.Float, nullable=False, index=True),
    sa.Column("person", sa.String(255), nullable=False),  # <messenger>:<id>, or "bot" for its own work
    sa.Column("conversation", sa.String(255), nullable=False),
    sa.Column("act", sa.String(32), nullable=False),  # see Act
    sa.Column("outcome", sa.String(16), nullable=False),  # see Result
    sa.Column("detail", sa.Text, nullable=False),  # JSON object without whole phone numbers
)

updates = sa.Table(
    "updates",
    metadata,
    sa.Column("channel", sa.String(32), primary_key=True),
    sa.Column("key", sa.String(255), primary_key=True),
    sa.Column("incoming", sa.Text, nullable=True),  # what is still to be worked off; emptied when done
    sa.Column("received_at", sa.Float, nullable=False, index=True),
    sa.Column("conversation", sa.String(255), nullable=True),  # as long as there is something to work off
)

buttons = sa.Table(
    "buttons",
    metadata,
    sa.Column("token", sa.String(32), primary_key=True),
    sa.Column("conversation", sa.String(255), nullable=False, index=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("open", sa.Boolean, nullable=False),
    sa.Column("created_at", sa.Float, nullable=False),
    sa.Column("keyboard", sa.String(32), nullable=True),  # which of the standing ones; None: the newest message's
    sa.Column("pressed_by", sa.String(255), nullable=True),  # key of the update that used it up
)

notices = sa.Table(
    "notices",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conversation", sa.String(255), nullable=False),
    sa.Column("kind", sa.String(64), nullable=False),
    sa.Column("params", sa.Text, nullable=False),  # JSON object
    sa.Column("created_at", sa.Float, nullable=False),
    sa.Column("told_at", sa.Float, nullable=True, index=True),
    sa.Column("taken_until", sa.Float, nullable=True),  # by the process that is telling it
    sa.Column("account", sa.String(255), nullable=True),  # to be told there; None: where the person wrote last
)

transcript = sa.Table(
    "transcript",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("conversation", sa.String(255), nullable=False, index=True),
    sa.Column("author", sa.String(8), nullable=False),  # person, bot
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("buttons", sa.Text, nullable=False),  # JSON list of [title, token]
    sa.Column("client_key", sa.String(64), nullable=True),
    sa.Column("created_at", sa.Float, nullable=False),
    sa.Column("file", sa.String(32), nullable=True),  # id of the file whose name the text is
    sa.Column("standing", sa.Boolean, nullable=True),  # its buttons are, or it will change
    sa.Column("changes", sa.Integer, nullable=True),  # the line that looks like this one from here on
    sqlite_autoincrement=True,  # a number must never be given out twice: browsers ask "what came after it?"
)

kept = sa.Table(
    "kept",
    metadata,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

files = sa.Table(  # on their way to a person or from one; the tracker knows the id only
    "files",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("conversation", sa.String(255), nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.Column("created_at", sa.Float, nullable=False),
    sa.Column("expires_at", sa.Float, nullable=False, index=True),
    sa.Column("update_key", sa.String(255), nullable=True),  # of the message that brought it
)

forgettings = sa.Table(  # conversations whose data was asked to be deleted
    "forgettings",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conversation", sa.String(255), nullable=False),
    sa.Column("asked_by", sa.String(255), nullable=False),
    sa.Column("asked_at", sa.Float, nullable=False),  # what came later stays
    sa.Column("last_task", sa.Integer, nullable=False),  # tasks with higher ids came later
    sa.Column("cleared_at", sa.Float, nullable=True),  # all but running tasks is gone
    sa.Column("done_at", sa.Float, nullable=True),  # these as well
)

imports = sa.Table(  # a file or a long text with candidates, from the reading of it until its person has decided
    "imports",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conversation", sa.String(255), nullable=False, index=True),
    sa.Column("file_id", sa.String(32), nullable=False),
    sa.Column("file_name", sa.Text, nullable=False),
    sa.Column("purpose", sa.String(16), nullable=False),  # see Purpose
    sa.Column("state", sa.String(16), nullable=False, index=True),  # see ImportState
    sa.Column("number_column", sa.Integer, nullable=True),  # chosen by the person
    sa.Column("report", sa.Text, nullable=True),  # JSON object: figures and names, no whole numbers
    sa.Column("rejected", sa.LargeBinary, nullable=True),  # zlib of JSON rows, see imports.py
    sa.Column("task_id", sa.Integer, nullable=True),  # to which the people go
    sa.Column("only_new", sa.Boolean, nullable=False, server_default=sa.false()),  # not those of other tasks
    sa.Column("created_at", sa.Float, nullable=False),
    sa.Column("message", sa.String(255), nullable=True),  # that brought it; said again, it is the same import
)

import_chunks = sa.Table(  # what was read, in portions that are small enough to be held in memory
    "import_chunks",
    metadata,
    sa.Column("import_id", sa.Integer, sa.ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("content", sa.LargeBinary, nullable=False),  # zlib of JSON, see imports.py
)

do_not_call = sa.Table(
    "do_not_call",
    metadata,
    sa.Column("hash", sa.String(64), primary_key=True),  # HMAC-SHA-256 of the E.164 number, hexadecimal
    sa.Column("added_by", sa.String(255), nullable=False),
    sa.Column("added_at", sa.Float, nullable=False),
)

progress = sa.Table(  # lines that change while something is under way; one for each piece of work
    "progress",
    metadata,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("conversation", sa.String(255), nullable=False, index=True),
    sa.Column("kind", sa.String(64), nullable=False),  # utter_<kind> of domain.yml
    sa.Column("params", sa.Text, nullable=False),  # JSON object
    sa.Column("version", sa.Integer, nullable=False),  # grows with every change
    sa.Column("told", sa.Integer, nullable=False),  # the version that the person sees; 0: none yet
    sa.Column("message", sa.String(64), nullable=True),  # the messenger's id of the line, to edit it
    sa.Column("account", sa.String(255), nullable=True),  # in whose chat that message stands
    sa.Column("keyboard", sa.Text, nullable=True),  # its buttons: JSON, see progress.py
    sa.Column("taken_until", sa.Float, nullable=True),  # by the process that is telling it
    sa.Column("over", sa.Boolean, nullable=False),
    sa.Column("updated_at", sa.Float, nullable=False),
)

misread = sa.Table(  # what was not understood, until an owner has decided on it
    "misread",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conversation", sa.String(255), nullable=False, index=True),
    sa.Column("text", sa.Text, nullable=False),  # without numbers and addresses
    sa.Column("step", sa.String(32), nullable=False),  # see Step; form, none
    sa.Column("why", sa.String(16), nullable=False),  # see Why
    sa.Column("guesses", sa.Text, nullable=False),  # JSON list of intents, likeliest first
    sa.Column("chosen", sa.String(64), nullable=True),  # the intent that followed
    sa.Column("times", sa.Integer, nullable=False),
    sa.Column("at", sa.Float, nullable=False, index=True),
    sa.Column("state", sa.String(8), nullable=False, index=True),  # open, taught, dropped
)

accounts = sa.Table(  # of people who write from several messengers; anybody else's account is their conversation
    "accounts",
    metadata,
    sa.Column("account", sa.String(255), primary_key=True),  # <messenger>:<id>
    sa.Column("conversation", sa.String(255), nullable=False, index=True),  # one of these accounts
    sa.Column("linked_at", sa.Float, nullable=False),
    sa.Column("used_at", sa.Float, nullable=False),  # the person wrote from it
)

link_codes = sa.Table(
    "link_codes",
    metadata,
    sa.Column("code_hash", sa.String(64), primary_key=True),  # SHA-256, hexadecimal
    sa.Column("conversation", sa.String(255), nullable=False, index=True),  # that an account joins by it
    sa.Column("made_at", sa.Float, nullable=False),
    sa.Column("expires_at", sa.Float, nullable=False),
    sa.Column("used_by", sa.String(255), nullable=True),
)
