"""Times as monitoring tools write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_FRACTION = re.compile(r"(\.\d{6})\d+")


def moment(value: object) -> datetime | None:
    """A time in UTC, or ``None`` for an absent, "open" (year 1) or unreadable one.

    More than six fraction digits are cut; a time without a zone is taken as UTC.
    """
    if not isinstance(value, str) or not value.strip():
        return None
    try:
        parsed = datetime.fromisoformat(_FRACTION.sub(r"\1", value.strip()))
    except ValueError:
        return None
    if parsed.year <= 1:
        return None
    try:
        return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    except OverflowError:  # the end of the last year that a calendar holds
        return None
