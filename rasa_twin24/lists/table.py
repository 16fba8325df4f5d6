"""A table of whatever program: rows that can be gone through several times."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rasa_twin24.lists.columns import SAMPLE_ROWS, Columns, Row, elect, header_of
from rasa_twin24.lists.outcome import Kind


@dataclass(frozen=True)
class Table:
    """`rows` gives those that hold something; `first_letter` is how many empty columns stand on the left of them."""

    kind: Kind
    rows: Callable[[], Iterator[Row]]
    sheet: str | None = None
    first_letter: int = 0

    def columns(self, region: str, chosen: int | None) -> Columns:
        """Raises ChooseColumn, UnreadableList("no_numbers")."""
        return elect(self._sample(), region, self.first_letter, chosen)

    def has_header(self, index: int) -> bool:
        """Tell whether a column has a header, whatever it says."""
        return header_of(self._sample(), index) is not None

    def _sample(self) -> list[Row]:
        return list(itertools.islice(self.rows(), SAMPLE_ROWS))
