"""What got worse since an earlier look, hour against the same hour (D27).

The month that is looked at moves on by a day, so counts of hours say nothing: the hours that both
looks saw are compared one by one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kitart.language import Phrase, phrase
from kitart.rules.readiness.findings import SEVERITIES, Finding, Severity
from kitart.rules.readiness.hour_findings import BY_HOUR
from kitart.rules.readiness.offline_copies import OLD
from kitart.rules.readiness.outlook import Outlook
from kitart.rules.readiness.recurring import longest_in_words, recurring
from kitart.rules.readiness.result import Readiness
from kitart.rules.readiness.scenarios import Kind
from kitart.rules.readiness.situations import HOUR

WORSE_FROM = "2"
MOST_HOURS = 3
NOT_TOLD = BY_HOUR | {OLD}
"""Findings that count hours are told by the hour; that paper is to be printed again comes with the
new version itself (R51)."""
GRAVER = {
    "reserve-of-one": "queue-without-reserve",
    "native-reserve-in-one-area": "queue-in-one-area",
}
"""What a finding is better than: who puts a first agent on standby has made nothing worse."""
LOOKS: tuple[tuple[tuple[Kind, ...], Phrase], ...] = (
    ((Kind.NOBODY,), phrase("with nobody out")),
    ((Kind.NOBODY, Kind.AREA), phrase("with one area out")),
    ((Kind.NOBODY, Kind.OPERATOR), phrase("with one mobile operator out")),
)


@dataclass(frozen=True)
class Worse:
    """One thing that got worse, for the account managers of these projects."""

    what: Phrase
    projects: tuple[str, ...]


def worse(before: Readiness | None, now: Readiness) -> tuple[Worse, ...]:
    """All that got worse; nothing for a first look, nor where something only got better.

    New findings and those more serious than before, without notes and those that count hours; and
    by queue the hours that would hold on a lower rung than they would have.
    """
    if before is None:
        return ()
    return (*_findings(before, now), *_hours(before, now))


def _findings(before: Readiness, now: Readiness) -> Iterator[Worse]:
    known = {each.key: SEVERITIES.index(each.severity) for each in before.findings}
    for each in now.findings:
        was_graver = f"{GRAVER.get(each.code)} {each.where}" in known
        if each.severity is Severity.NOTE or was_graver or each.code in NOT_TOLD:
            continue
        if SEVERITIES.index(each.severity) < known.get(each.key, len(SEVERITIES)):
            yield Worse(_said(each), each.projects)


def _said(finding: Finding) -> Phrase:
    if finding.severity is Severity.SERIOUS:
        return phrase("serious: {what}", what=finding.what)
    return finding.what


def _hours(before: Readiness, now: Readiness) -> Iterator[Worse]:
    shift = round((now.outlook.first - before.outlook.first) / HOUR)
    for queue in now.outlook.queues:
        if queue not in before.outlook.queues:
            continue
        for kinds, said in LOOKS:
            marks = _marks(before.outlook, now.outlook, queue, kinds, shift)
            stretches = recurring(marks, now.outlook.first, now.zone)
            if not stretches:
                continue
            when = longest_in_words(stretches, MOST_HOURS)
            yield Worse(
                phrase("{queue}, {scenario}: {hours} hours would hold on a lower rung than before "
                       "({when})", queue=queue, scenario=said,
                       hours=sum(each.hours for each in stretches), when=when),
                (queue.partition("/")[0],),
            )  # fmt: skip
            break  # With less out it is worse already: no need to say it again


def _marks(
    before: Outlook, now: Outlook, queue: str, kinds: tuple[Kind, ...], shift: int
) -> list[str | None]:
    then, here = before.worst(queue, kinds), now.worst(queue, kinds)
    marks: list[str | None] = []
    for place, letter in enumerate(here):
        earlier = then[place + shift] if 0 <= place + shift < len(then) else letter
        # A line that was to be closed and is open now: its hours were not looked at.
        marks.append("" if earlier != "." and letter > earlier and letter >= WORSE_FROM else None)
    return marks
