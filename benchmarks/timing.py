"""Figures of many measured turns."""

from __future__ import annotations

import statistics


def middle(seconds: list[float]) -> float:
    """Milliseconds."""
    return statistics.median(seconds) * 1000


def high(seconds: list[float]) -> float:
    """Milliseconds that one turn of twenty takes or more."""
    return statistics.quantiles(seconds, n=20)[-1] * 1000
