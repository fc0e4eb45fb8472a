"""Findings of the hours to come: what nobody covers, one area takes, no reserve waits for (§8)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kitart.language import Phrase, phrase
from kitart.rules.cover.presence import Presence, Standing
from kitart.rules.readiness.findings import Finding, Severity
from kitart.rules.readiness.outlook import NOBODY, Model, Outlook, open_hours
from kitart.rules.readiness.recurring import longest_in_words, recurring
from kitart.rules.readiness.reserve import NEITHER, NO_NATIVE, reserves
from kitart.rules.readiness.scenarios import Kind
from kitart.rules.readiness.seats import CLOSED
from kitart.rules.readiness.weakest import causes

UNCOVERED, ONE_AREA, RESERVE, STANDBY = (
    "hours-uncovered", "hours-lost-with-one-area", "reserve-hours", "standby-hours",
)  # fmt: skip
BY_HOUR = frozenset({UNCOVERED, ONE_AREA, RESERVE, STANDBY})
"""The codes of findings that count hours: they come and go as the month moves on."""
MOST_HOURS, MOST_AREAS = 4, 5
VOICEMAIL = "4"


def hour_findings(model: Model, found: Outlook) -> Iterator[Finding]:
    """By queue: hours that the roster leaves to voicemail, that one area out would, hours without a
    backup elsewhere, and hours in which nobody lined up for it is on standby."""
    reserve, waiting = reserves(model), _waiting(model)
    for queue in found.queues:
        yield from _left_by_roster(model, found, queue)
        yield from _left_by_area(model, found, queue)
        yield from _without_reserve(model, found, queue, reserve[queue])
        yield from _without_standby(model, found, queue, waiting[queue])


def _left_by_roster(model: Model, found: Outlook, queue: str) -> Iterator[Finding]:
    letters = found.of(NOBODY, queue)
    if hours := letters.count(VOICEMAIL):
        yield Finding(
            UNCOVERED, queue, Severity.SERIOUS,
            phrase("with nobody out, {queue} has seats that neither the roster nor a backup fills "
                   "in {hours} of {open} hours: {when}", queue=queue, hours=hours,
                   open=open_hours(letters), when=_when(model, found, letters, VOICEMAIL.__eq__)),
            phrase("roster more agents, or natives on standby, for these hours"), _project(queue),
        )  # fmt: skip


def _left_by_area(model: Model, found: Outlook, queue: str) -> Iterator[Finding]:
    nobody, worst = found.of(NOBODY, queue), found.worst(queue)
    places = [n for n, letter in enumerate(worst) if letter == VOICEMAIL != nobody[n]]
    if not places:
        return
    blamed: dict[str, int] = {}
    for place in places:
        for key in causes(found, queue, place, VOICEMAIL, (Kind.AREA,)):
            blamed[key.partition(":")[2]] = blamed.get(key.partition(":")[2], 0) + 1
    first = sorted(blamed, key=lambda area: (-blamed[area], area))
    named = ", ".join(f"{area} {blamed[area]}" for area in first[:MOST_AREAS])
    more = len(first) > MOST_AREAS
    opened = open_hours(worst)
    yield Finding(
        ONE_AREA, queue,
        Severity.SERIOUS if len(places) * 2 >= opened else Severity.WEAK,
        phrase("one area out leaves seats of {queue} to voicemail in {hours} of {open} hours "
               "({areas})", queue=queue, hours=len(places), open=opened,
               areas=named + (", …" if more else "")),
        phrase("find a reserve outside {areas}", areas=", ".join(first[:MOST_AREAS])),
        _project(queue),
    )  # fmt: skip


def _without_reserve(model: Model, found: Outlook, queue: str, letters: str) -> Iterator[Finding]:
    neither, second = letters.count(NEITHER), letters.count(NO_NATIVE)
    if not neither and not second:
        return
    opened = open_hours(letters)
    yield Finding(
        RESERVE, queue,
        Severity.SERIOUS if neither * 2 > opened else Severity.WEAK,
        phrase("if an agent of {queue} drops out, nobody in another area could sit in for "
               "{neither} of {open} hours, only non-native speakers for {second}: {when}",
               queue=queue, neither=neither, open=opened, second=second,
               when=_when(model, found, letters, (NEITHER, NO_NATIVE).__contains__)),
        phrase("line up natives in another area for these hours"), _project(queue),
    )  # fmt: skip


def _without_standby(model: Model, found: Outlook, queue: str, letters: str) -> Iterator[Finding]:
    if hours := letters.count("1"):
        opened = open_hours(letters)
        yield Finding(
            STANDBY, queue, Severity.WEAK,
            phrase("nobody lined up for {queue} is on standby in {hours} of {open} hours: {when}",
                   queue=queue, hours=hours, open=opened,
                   when=_when(model, found, letters, "1".__eq__)),
            phrase("spread the standby over these hours"), _project(queue),
        )  # fmt: skip


def _waiting(model: Model) -> dict[str, str]:
    """By queue one letter an hour: "1" where nobody of its standby list is on standby."""
    lined_up = {
        queue: [agent for agent in model.plan.agents if queue in agent.standby_queues]
        for queue in (need.key for need in model.needs)
    }
    rows: dict[str, list[str]] = {queue: [] for queue in lined_up}
    for at, whole in zip(model.hours, model.situations, strict=True):
        presence = Presence(at)
        for place, (queue, agents) in enumerate(lined_up.items()):
            there = any(presence.of(agent) is Standing.STANDBY for agent in agents)
            rows[queue].append(CLOSED if not whole.needed[place] else "0" if there else "1")
    return {queue: "".join(row) for queue, row in rows.items()}


def _when(model: Model, found: Outlook, letters: str, wanted: Callable[[str], bool]) -> Phrase:
    """The hours in words, the longest stretches first, no more than a few."""
    zone = model.plan.company.time_zone
    marks = ["" if wanted(letter) else None for letter in letters]
    return longest_in_words(recurring(marks, found.first, zone), MOST_HOURS)


def _project(queue: str) -> tuple[str, ...]:
    return (queue.partition("/")[0],)
