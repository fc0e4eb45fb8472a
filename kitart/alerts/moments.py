"""Times as monitoring tools write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo

_FRACTION = re.compile(r"(\.\d{6})\d+")
_IN_BRACKETS = re.compile(r"\s*\([^)]*\)\s*$")
_DAY_FIRST = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})\.?,?\s+(.+)")
_YEAR_FIRST = re.compile(r"(\d{4})[./](\d{1,2})[./](\d{1,2})\.?,?\s+(.+)")
_SLASHES = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}),?\s+(.+)")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*([AaPp])?\.?[Mm]?\.?")
_NOON = 12
_MILLISECONDS = 100_000_000_000
_LONGEST = 100


def moment(value: object, zone: tzinfo = UTC) -> datetime | None:
    """A time in UTC, or ``None`` for an absent, "open" (year 1) or unreadable one.

    More than six fraction digits are cut; a time without a zone is that of ``zone``.
    """
    if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST:
        return None
    try:
        parsed = datetime.fromisoformat(_FRACTION.sub(r"\1", value.strip()))
    except ValueError:
        return None
    return _in_utc(parsed, zone)


def epoch(value: object) -> datetime | None:
    """A moment given as seconds or milliseconds since 1970, as a number or as text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and len(value) > _LONGEST:
        return None
    try:
        number = float(value)
        seconds = number / 1000 if abs(number) >= _MILLISECONDS else number
        return datetime.fromtimestamp(seconds, UTC) if seconds > 0 else None
    except (ValueError, OverflowError, OSError):
        return None


def written(value: object, zone: tzinfo) -> datetime | None:
    """A time as people or servers write it in their own place: ISO, ``2026.11.24 10:00:00``,
    ``24.11.2026 10:00:00``, ``11/24/2026 10:00:00 AM (its zone)``, or since 1970.

    ``None`` where day and month can't be told apart: better no start than a wrong one (E33).
    """
    found = moment(value, zone) or epoch(value)
    if found is not None or not isinstance(value, str) or len(value) > _LONGEST:
        return found
    said = _IN_BRACKETS.sub("", value.strip())
    if match := _YEAR_FIRST.fullmatch(said):
        year, month, day, rest = match.groups()
    elif match := _DAY_FIRST.fullmatch(said):
        day, month, year, rest = match.groups()
    elif match := _SLASHES.fullmatch(said):
        month, day, year, rest = match.groups()
        if int(month) > _NOON:
            day, month = month, day
        elif int(day) <= _NOON and day != month and not re.search("[AaPp]", rest):
            return None
    else:
        return moment(said, zone)
    return _at(int(year), int(month), int(day), rest, zone)


def _at(year: int, month: int, day: int, clock: str, zone: tzinfo) -> datetime | None:
    match = _TIME.fullmatch(clock.strip())
    if match is None:
        return None
    hour, half = int(match[1]), (match[4] or "").lower()
    if half:
        hour = hour % _NOON + (_NOON if half == "p" else 0)
    try:
        local = datetime(year, month, day, hour, int(match[2]), int(match[3] or 0))  # noqa: DTZ001
    except ValueError:
        return None
    return _in_utc(local, zone)


def _in_utc(parsed: datetime, zone: tzinfo) -> datetime | None:
    if parsed.year <= 1:
        return None
    try:
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=zone)).astimezone(UTC)
    except (OverflowError, ValueError):  # the end of the last year that a calendar holds
        return None
