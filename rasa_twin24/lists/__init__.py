"""Lists of people to call, from the files and long texts that people send. Knows no Rasa, no ledger, no TWIN.

A list is read in a process of its own, under limits of memory and time: what arrives may be anything.
"""

from __future__ import annotations

from rasa_twin24.lists.export import rejects_file, template
from rasa_twin24.lists.outcome import ChooseColumn, Summary, UnreadableList
from rasa_twin24.lists.packed import People, Rejects, without_rows
from rasa_twin24.lists.reading import read_list
from rasa_twin24.lists.settings import ListSettings

__all__ = [
    "ChooseColumn",
    "ListSettings",
    "People",
    "Rejects",
    "Summary",
    "UnreadableList",
    "read_list",
    "rejects_file",
    "template",
    "without_rows",
]
