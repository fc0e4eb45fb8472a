"""What one more backup would lift: tried for each queue and part of the week, never guessed (D27).

A native speaker is put on standby who lives where nobody else does, and the hours are worked out
again, with nobody out and with each area out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

from kitart.plan.people import Agent, Channel
from kitart.plan.schema import Plan
from kitart.rules.readiness.outlook import NOBODY, Model, Outlook
from kitart.rules.readiness.scenarios import Kind
from kitart.rules.readiness.seats import Group, groups
from kitart.rules.readiness.situations import Situation
from kitart.rules.readiness.weakest import causes

ELSEWHERE = "ELSEWHERE"
LIFTED_FROM = "2"
PARTS = tuple(
    (days, start, start + 8) for days in ((0, 1, 2, 3, 4), (5, 6)) for start in (0, 8, 16)
)
"""The parts of a week in the company's zone: weekdays (0 is Monday), from, to o'clock."""
KINDS = (Kind.NOBODY, Kind.AREA)
Part = tuple[tuple[int, ...], int, int]


@dataclass(frozen=True)
class Mend:
    """One more native speaker on standby for a queue in a part of the week: ``lifts`` counts the
    queue's hours by (level before, letter after). ``outside``: the areas whose failure made half
    of these hours weak or more; empty where no single area did, as by gaps of the roster."""

    queue: str
    part: Part
    lifts: tuple[tuple[int, str, int], ...]
    outside: tuple[str, ...]

    @property
    def hours(self) -> int:
        """All hours that it lifts."""
        return sum(hours for _, _, hours in self.lifts)


def newcomer(plan: Plan, queue: str, standby: tuple[str, ...], verified: date) -> Agent:
    """An agent of nobody's area who could serve a queue alone, on ``standby`` in the company's
    zone, from a country that the client permits."""
    project, _, language = queue.partition("/")
    allowed = plan.client_of(project).permits.agent_countries
    country = "HU" if {"EEA", "any"} & set(allowed) else allowed[0]
    return Agent(
        id=f"NEW-{project}-{language}",
        queue=queue,
        country=country,
        area=ELSEWHERE,
        time_zone=plan.company.time_zone,
        languages={language: "native"},
        projects=(project,),
        standby=standby,
        standby_queues=(queue,),
        channels=(
            Channel(kind="sms", address="+447700900998", verified=verified),
            Channel(kind="voice", address="+442079460998", verified=verified),
        ),
    )


def mends(model: Model, found: Outlook) -> list[Mend]:
    """What lifts any hour from level 2 or worse: the most hours of level 4 first, then of 3."""
    tried = list(_tried(model, found))
    return sorted(tried, key=lambda mend: (_weight(mend), mend.queue, mend.part))


def _weight(mend: Mend) -> tuple[int, ...]:
    by_level: Counter[int] = Counter()
    for before, _, hours in mend.lifts:
        by_level[before] -= hours
    return by_level[4], by_level[3], by_level[2]


def _tried(model: Model, found: Outlook) -> Iterator[Mend]:
    plan, day = model.plan, found.first.date()
    new = [newcomer(plan, queue, ("24/7",), day) for queue in found.queues]
    wider = plan.model_copy(update={"agents": (*plan.agents, *new)})
    in_part = {part: _in_part(model, part) for part in PARTS}
    for group in groups(wider, model.needs):
        parts = [group.part(whole) for whole in model.situations]
        for place, queue in enumerate(found.queues[each] for each in group.places):
            bit = 1 << (len(plan.agents) + found.queues.index(queue))
            before = found.worst(queue, KINDS)
            after = _after(model, group, parts, place, bit, before)
            for part, inside in in_part.items():
                mend = _mend(found, queue, part, before, after, inside)
                if mend is not None:
                    yield mend


def _in_part(model: Model, part: Part) -> list[bool]:
    zone = ZoneInfo(model.plan.company.time_zone)
    days, start, end = part
    local = (at.astimezone(zone) for at in model.hours)
    return [at.weekday() in days and start <= at.hour < end for at in local]


def _after(
    model: Model, group: Group, parts: list[Situation], place: int, bit: int, before: str
) -> str:
    """The queue's letters with the newcomer there all the time; as before where none is weak."""
    masks = [model.masks(each) for each in model.scenarios if each.kind in KINDS]
    known: dict[Situation, str] = {}
    letters = []
    for part, letter in zip(parts, before, strict=True):
        if letter < LIFTED_FROM:
            letters.append(letter)
            continue
        if part not in known:
            there = replace(part, free=part.free | bit)
            known[part] = max(group.held(there, out, gone)[place] for out, gone in masks)
        letters.append(known[part])
    return "".join(letters)


def _mend(
    found: Outlook, queue: str, part: Part, before: str, after: str, inside: list[bool]
) -> Mend | None:
    lifts: Counter[tuple[int, str]] = Counter()
    blamed: Counter[str] = Counter()
    for place, (was, will, counts) in enumerate(zip(before, after, inside, strict=True)):
        if counts and will < was:
            lifts[int(was), will] += 1
            blamed.update(causes(found, queue, place, was, KINDS))
    if not lifts:
        return None
    half = sum(lifts.values()) / 2
    areas = [code for code, hours in blamed.most_common() if code != NOBODY and hours >= half]
    return Mend(
        queue, part,
        tuple((was, will, n) for (was, will), n in sorted(lifts.items(), reverse=True)),
        tuple(code.partition(":")[2] for code in areas),
    )  # fmt: skip


def standby_of(part: Part) -> str:
    """The part of the week as the plan writes hours."""
    days, start, end = part
    return f"{'Mon-Fri' if days[0] == 0 else 'Sat,Sun'} {start:02d}:00-{end:02d}:00"
