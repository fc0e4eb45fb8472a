"""The page of the readiness: what is weak, which hours, what would mend it (D27, R7).

It shows the last look that was kept, with its age; a month of hours is never worked out here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from kitart.gateway.access import SignedIn
from kitart.gateway.house import House
from kitart.gateway.last_look import LastLook
from kitart.gateway.signed_pages import shown
from kitart.gateway.visits import Page, Visitor
from kitart.journal import offline_copies, readiness
from kitart.language import phrase
from kitart.plan import whom
from kitart.plan.roles import named
from kitart.plan.schema import Plan
from kitart.rules.readiness.findings import SEVERITIES, Finding
from kitart.rules.readiness.mending import Mend
from kitart.rules.readiness.offline_copies import OfflineCopy
from kitart.rules.readiness.outlook import Outlook
from kitart.rules.readiness.recurring import in_words
from kitart.rules.readiness.result import Readiness
from kitart.rules.readiness.situations import HOUR
from kitart.rules.readiness.weakest import Weak, only, weakest
from kitart.rules.readiness.words import (
    ANY_AREA,
    LETTERS,
    RESULTS,
    choices,
    lifts_words,
    scenario_words,
)

router = APIRouter(include_in_schema=False)

TEMPLATE = "readiness.html"
OLD_AFTER = timedelta(hours=26)
FIRST_SHOWN = {"findings": 6, "weak": 8, "mends": 5}
MOST_WEAK, MOST_MENDS, MOST_CAUSES = 80, 40, 4


@router.get("/readiness")
def show_page(request: Request) -> Response:
    """The newest look, for whoever holds a role: of the visitor's own projects (D23).

    ``out`` chooses what is out, ``queue`` one queue day by day. Changes nothing.
    """
    out, queue = request.query_params.get("out", ""), request.query_params.get("queue", "")
    last: LastLook = request.app.state.last_look
    return shown(request, lambda place, who: _page(place, who, last, out, queue))


def _page(place: House, who: SignedIn, last: LastLook, out: str, queue: str) -> Page:
    visitor = who.visitor
    with place.inst.journal.read() as session:
        found = last.get(session)
        days = readiness.days(session, 14)
        copies = offline_copies.of_people(session, visitor.plan)
    projects = set(whom.projects_of(visitor.plan, visitor.person))
    view: dict[str, Any] = {
        "visitor": visitor, "signed_in": who, "found": found, "days": days,
        "copies": [_copy(visitor, each) for each in _oldest_first(visitor.plan, copies, projects)],
    }  # fmt: skip
    if found is None:
        return Page(TEMPLATE, view)
    seen = _seen(found.outlook, projects)
    chosen = out if out in {key for key, _ in _flat(choices(seen, visitor.read))} else ANY_AREA
    kinds, hours = only(seen, chosen)
    weak = weakest(hours, found.zone, kinds)
    mends = [mend for mend in found.mends if mend.queue in seen.queues]
    one = queue if queue in seen.queues else ""
    view |= {
        "old": visitor.now - found.at > OLD_AFTER,
        "age": _age(visitor, found.at),
        "changed": found.plan_hash != visitor.plan.hash,
        "groups": [_group(visitor, found, severity, projects) for severity in SEVERITIES],
        "weak": [_weak(visitor, each) for each in weak[:MOST_WEAK]],
        "weak_more": max(0, len(weak) - MOST_WEAK),
        "mends": [_mend(visitor, each) for each in mends[:MOST_MENDS]],
        "choices": choices(seen, visitor.read),
        "chosen": chosen,
        "chosen_words": dict(_flat(choices(seen, visitor.read)))[chosen],
        "strips": [_strip(visitor, hours, key, kinds, chosen) for key in seen.queues],
        "legend": [(letter, visitor.read(said)) for letter, said in LETTERS.items()],
        "ends": _ends(visitor, found),
        "queue": one,
        "by_day": list(_by_day(visitor, found, hours.worst(one, kinds))) if one else [],
        "weights": [
            {"it": each, "since": each.since or ""}
            for each in found.weights
            if each.kind == "system" or each.code in seen.queues
        ],
        "clock_changes": found.clock_changes,
        "first_shown": FIRST_SHOWN,
    }  # fmt: skip
    return Page(TEMPLATE, view)


def _seen(found: Outlook, projects: set[str]) -> Outlook:
    """The outlook without the queues of projects that are not the visitor's (D23)."""
    queues = tuple(key for key in found.queues if key.partition("/")[0] in projects)
    levels = {
        scenario: {key: letters for key, letters in rows.items() if key in queues}
        for scenario, rows in found.levels.items()
    }
    return Outlook(found.first, found.hours, queues, levels)


def _flat(grouped: list[tuple[str, list[tuple[str, str]]]]) -> Iterator[tuple[str, str]]:
    for _, options in grouped:
        yield from options


def _age(visitor: Visitor, at: datetime) -> str:
    hours = int((visitor.now - at) / HOUR)
    if hours < 1:
        return visitor.read(phrase("less than an hour ago"))
    return visitor.read(phrase("{n} h ago", n=hours))


def _oldest_first(
    plan: Plan, copies: tuple[OfflineCopy, ...], projects: set[str]
) -> list[OfflineCopy]:
    """Who works for the visitor's projects: without a print first, then by its age."""
    mine = [each for each in copies if projects & set(whom.projects_of(plan, each.person))]
    return sorted(mine, key=lambda each: each.printed_at.timestamp() if each.printed_at else 0)


def _copy(visitor: Visitor, copy: OfflineCopy) -> dict[str, Any]:
    at = copy.printed_at
    return {
        "who": visitor.read(named(visitor.plan, copy.person)),
        "version": copy.version,
        "at": at,
        "days": (visitor.now - at).days if at else None,
        "old": copy.plan_hash != visitor.plan.hash,
    }


def _group(visitor: Visitor, found: Readiness, severity: str, projects: set[str]) -> dict[str, Any]:
    findings = [
        each for each in found.findings
        if each.severity == severity and projects & set(each.projects)
    ]  # fmt: skip
    return {
        "severity": severity,
        "title": visitor.read(RESULTS[severity]),
        "findings": [_finding(visitor, found, each) for each in findings],
    }


def _finding(visitor: Visitor, found: Readiness, each: Finding) -> dict[str, str]:
    return {
        "code": each.code,
        "where": each.where,
        "what": visitor.read(each.what),
        "mend": visitor.read(each.mend),
        "since": found.since[each.key],
    }


def _weak(visitor: Visitor, each: Weak) -> dict[str, Any]:
    causes = [visitor.read(scenario_words(key)) for key in each.causes[:MOST_CAUSES]]
    more = len(each.causes) - MOST_CAUSES
    return {
        "queue": each.queue,
        "level": str(each.level),
        "holds": visitor.read(LETTERS[str(each.level)]),
        "when": visitor.read(in_words(each.when.days, each.when.start, each.when.end)),
        "hours": each.when.hours,
        "causes": ", ".join(causes) + (f" +{more}" if more > 0 else ""),
    }


def _mend(visitor: Visitor, mend: Mend) -> dict[str, str]:
    return {
        "queue": mend.queue,
        "when": visitor.read(in_words(*mend.part)),
        "outside": ", ".join(mend.outside),
        "lifts": visitor.read(lifts_words(mend)),
    }


def _strip(
    visitor: Visitor, hours: Outlook, queue: str, kinds: tuple[str, ...], chosen: str
) -> dict[str, Any]:
    letters = hours.worst(queue, kinds)
    counts = [(letter, letters.count(letter)) for letter in "4321" if letter in letters]
    said = ", ".join(f"{visitor.read(LETTERS[letter])}: {n} h" for letter, n in counts)
    return {
        "queue": queue,
        "href": "/readiness?" + urlencode({"out": chosen, "queue": queue}) + "#day",
        "paths": _paths(letters),
        "counts": counts,
        "said": said or visitor.read(LETTERS["0"]),
    }


def _paths(letters: str) -> list[tuple[str, str]]:
    """For each letter one path of rectangles, one unit wide an hour."""
    drawn: dict[str, list[str]] = {}
    at = 0
    for letter, run in groupby(letters):
        length = len(list(run))
        if letter != ".":
            drawn.setdefault(letter, []).append(f"M{at} 0h{length}v1h-{length}z")
        at += length
    return [(letter, "".join(parts)) for letter, parts in sorted(drawn.items())]


def _by_day(visitor: Visitor, found: Readiness, letters: str) -> Iterator[dict[str, Any]]:
    """A queue's hours, a row a day by the company's clock; a day of 23 or 25 hours has as many."""
    local = ZoneInfo(found.zone)
    moments = [found.outlook.first + n * HOUR for n in range(len(letters))]
    row = list(zip(moments, letters, strict=True))
    for day, hours in groupby(row, key=lambda each: each[0].astimezone(local).date()):
        of_day = list(hours)
        begins = of_day[0][0].astimezone(local).hour
        line = "." * begins + "".join(letter for _, letter in of_day)
        yield {
            "day": f"{visitor.read(in_words((day.weekday(),), 0, 24)).split(' ')[0]} {day:%m-%d}",
            "paths": _paths(line),
            "width": max(24, len(line)),
        }


def _ends(visitor: Visitor, found: Readiness) -> list[str]:
    """The days at the beginning, in the middle and at the end of a strip."""
    local, length = ZoneInfo(found.zone), found.outlook.hours
    moments = [found.outlook.first + n * HOUR for n in (0, length // 2, length - 1)]
    return [f"{each.astimezone(local):%m-%d}" for each in moments]
