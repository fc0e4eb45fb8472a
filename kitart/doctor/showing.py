"""What was found, as a person reads it at night in a terminal, and as data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from textwrap import wrap
from typing import Any
from zoneinfo import ZoneInfo

from rich.text import Text

from kitart.doctor.examining import Examined
from kitart.doctor.finding import Finding, Weight, counted, is_wrong, long
from kitart.doctor.incidents import UNDRIVEN

STYLES: dict[Weight, str] = {"stops": "bold red", "hinders": "yellow", "note": "dim"}
HEADINGS: dict[Weight, str] = {
    "stops": "Mend at once",
    "hinders": "Mend soon",
    "note": "Good to know",
}
NARROWEST, WIDEST = 40, 100


def shown(found: Examined, width: int) -> Iterator[Text]:
    """What is wrong in numbers, then each finding: what and since when, what it means, what to
    do. Commands stand in lines of their own and are never broken."""
    yield Text(_summary(found), style="bold")
    heading: Weight | None = None
    for place, each in enumerate(found.findings, start=1):
        if each.weight != heading:
            heading = each.weight
            yield Text(f"\n{HEADINGS[heading]}", style=STYLES[heading])
        yield _one(place, each, ZoneInfo(found.zone), min(WIDEST, max(NARROWEST, width)))


def _summary(found: Examined) -> str:
    at = f"Kitart at {found.at.astimezone(ZoneInfo(found.zone)):%Y-%m-%d %H:%M %Z}"
    wrong = sum(is_wrong(each) for each in found.findings)
    if found.seen_nothing:
        return f"{at}: nothing could be looked at."
    if any(each.code == UNDRIVEN for each in found.findings) and not wrong:
        return f"{at}: nothing is wrong that does not mend itself."
    if not wrong:
        return f"{at}: nothing is wrong."
    return f"{at}: {counted(wrong, 'thing')} {'is' if wrong == 1 else 'are'} wrong."


def _one(place: int, each: Finding, zone: ZoneInfo, width: int) -> Text:
    what = f"{each.what}{_since(each, zone)}"
    lines = _wrapped(f"{place:>2}. ", what, width) + _wrapped("    means  ", each.means, width)
    for number, command in enumerate(each.do):
        lines.append(f"    {'do    ' if not number else '      '} {command}")
    return Text("\n".join(lines))


def _wrapped(before: str, text: str, width: int) -> list[str]:
    return wrap(
        text, width, initial_indent=before, subsequent_indent=" " * len(before),
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def _since(each: Finding, zone: ZoneInfo) -> str:
    if each.since is None:
        return ""
    return f" (since {_moment(each.since.astimezone(zone), each.for_s or 0)})"


def _moment(at: datetime, for_s: float) -> str:
    day = f"{at:%H:%M:%S}" if for_s < 12 * 3600 else f"{at:%Y-%m-%d %H:%M}"
    return f"{day}, {long(for_s)}"


def as_data(found: Examined) -> dict[str, Any]:
    """The same for programs; moments in UTC."""
    return {
        "at": found.at.isoformat(),
        "wrong": sum(is_wrong(each) for each in found.findings),
        "looked": not found.seen_nothing,
        "findings": [
            {
                "code": each.code, "weight": each.weight, "what": each.what,
                "since": each.since.isoformat() if each.since else None,
                "for_s": None if each.for_s is None else round(each.for_s),
                "means": each.means, "do": list(each.do),
            }
            for each in found.findings
        ],
    }  # fmt: skip
