"""When an incident began, once a report turns out to be about another one (E33). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime


def start_without(start: datetime, reports: Iterable[tuple[datetime, bool]]) -> datetime:
    """The start without the reports that are taken out.

    ``reports`` are the moments (UTC) from which each saw the problem, and whether it is taken out.
    The start stays where a report that remains gives it, or where none remains.
    """
    rest = [at for at, taken_out in reports if not taken_out]
    return max(start, min(rest)) if rest else start
