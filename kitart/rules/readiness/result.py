"""The whole result of a look, and the form in which it is kept (D27, R7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from kitart.language import LANGUAGES, SOURCE, Phrase, in_language
from kitart.plan.problems import Problem
from kitart.plan.schema import Plan
from kitart.rules.readiness.findings import SEVERITIES, Finding, Severity, of_plan
from kitart.rules.readiness.hour_findings import hour_findings
from kitart.rules.readiness.mending import Mend, mends
from kitart.rules.readiness.offline_copies import OfflineCopy, old_copies
from kitart.rules.readiness.outlook import Model, Outlook, outlook
from kitart.rules.readiness.overdue import Due, overdue
from kitart.rules.readiness.situations import HOURS_AHEAD, hours_from
from kitart.rules.readiness.weak_points import weak_points
from kitart.rules.readiness.weights import Weight, weights
from kitart.rules.readiness.year_ahead import ClockChange, calendar_findings, clock_changes


@dataclass(frozen=True)
class Readiness:
    """One look: at the aware moment ``at``, of the plan with ``plan_hash``. ``since``: by a
    finding's key the first day of those in a row on which it was found (ISO)."""

    at: datetime
    plan_hash: str
    zone: str
    findings: tuple[Finding, ...]
    since: Mapping[str, str]
    outlook: Outlook
    mends: tuple[Mend, ...]
    weights: tuple[Weight, ...]
    clock_changes: tuple[ClockChange, ...]

    @property
    def day(self) -> date:
        """The day of the look in the company's zone."""
        return self.at.astimezone(ZoneInfo(self.zone)).date()

    @property
    def serious(self) -> int:
        """How many findings are serious."""
        return sum(each.severity is Severity.SERIOUS for each in self.findings)


def look(
    plan: Plan,
    problems: Sequence[Problem],
    now: datetime,
    *,
    before: Readiness | None = None,
    dates: tuple[Due, ...] = (),
    copies: tuple[OfflineCopy, ...] = (),
    hours: int = HOURS_AHEAD,
) -> Readiness:
    """The readiness of ``plan`` at ``now`` (aware), the worst finding first.

    ``problems``: what ``kitart plan check`` says. ``before``: an earlier look, which a finding has
    its age from. ``dates``: what comes again (tests, reviews). ``copies``: the paper plans. Pure.
    """
    zone = plan.company.time_zone
    today = now.astimezone(ZoneInfo(zone)).date()
    model = Model(plan, hours_from(now, hours))
    found = outlook(model)
    all_found = {
        each.key: each
        for each in (
            *of_plan(plan, problems), *overdue(plan, dates, today), *old_copies(plan, copies),
            *weak_points(plan, model.scenarios), *calendar_findings(plan, today),
            *hour_findings(model, found),
        )
    }  # fmt: skip
    findings = sorted(
        all_found.values(), key=lambda f: (SEVERITIES.index(f.severity), f.code, f.where)
    )
    earlier = before.since if before is not None else {}
    since = {each.key: earlier.get(each.key, today.isoformat()) for each in findings}
    return Readiness(
        now, plan.hash, zone, tuple(findings), since, found,
        tuple(mends(model, found)), weights(model, findings, since),
        tuple(clock_changes(plan, now)),
    )  # fmt: skip


def as_data(found: Readiness) -> dict[str, Any]:
    """The result as plain values for JSON, texts in all languages."""
    return {
        "at": found.at.isoformat(),
        "plan_hash": found.plan_hash,
        "zone": found.zone,
        "findings": [
            {
                "code": each.code, "where": each.where, "severity": str(each.severity),
                "what": _texts(each.what), "mend": _texts(each.mend),
                "projects": list(each.projects), "since": found.since[each.key],
            }
            for each in found.findings
        ],
        "first": found.outlook.first.isoformat(),
        "hours": found.outlook.hours,
        "queues": list(found.outlook.queues),
        "levels": {
            scenario: {queue: packed(letters) for queue, letters in levels.items()}
            for scenario, levels in found.outlook.levels.items()
        },
        "mends": [asdict(each) for each in found.mends],
        "weights": [asdict(each) for each in found.weights],
        "clock_changes": [
            {"zone": each.zone, "at": each.at.isoformat(), "minutes": each.minutes}
            for each in found.clock_changes
        ],
    }  # fmt: skip


def from_data(data: Mapping[str, Any]) -> Readiness:
    """The result that ``as_data`` was made of."""
    return Readiness(
        at=datetime.fromisoformat(data["at"]),
        plan_hash=data["plan_hash"],
        zone=data["zone"],
        findings=tuple(_finding(each) for each in data["findings"]),
        since={f"{each['code']} {each['where']}": each["since"] for each in data["findings"]},
        outlook=Outlook(
            datetime.fromisoformat(data["first"]), data["hours"], tuple(data["queues"]),
            {
                scenario: {queue: unpacked(text) for queue, text in levels.items()}
                for scenario, levels in data["levels"].items()
            },
        ),
        mends=tuple(_mend(each) for each in data["mends"]),
        weights=tuple(
            Weight(**{**each, "depends_on": tuple(each["depends_on"])}) for each in data["weights"]
        ),
        clock_changes=tuple(
            ClockChange(each["zone"], datetime.fromisoformat(each["at"]), each["minutes"])
            for each in data["clock_changes"]
        ),
    )  # fmt: skip


def packed(letters: str) -> str:
    """Letters by their runs: "0004" is "03,41"."""
    return ",".join(f"{letter}{len(list(run))}" for letter, run in groupby(letters))


def unpacked(text: str) -> str:
    """The letters that ``packed`` was made of."""
    return "".join(run[0] * int(run[1:]) for run in text.split(","))


def _finding(data: Mapping[str, Any]) -> Finding:
    return Finding(
        data["code"], data["where"], Severity(data["severity"]), _phrase(data["what"]),
        _phrase(data["mend"]), tuple(data["projects"]),
    )  # fmt: skip


def _mend(data: Mapping[str, Any]) -> Mend:
    days, start, end = data["part"]
    return Mend(
        data["queue"], (tuple(days), start, end),
        tuple((was, will, hours) for was, will, hours in data["lifts"]), tuple(data["outside"]),
    )  # fmt: skip


def _texts(text: str) -> dict[str, str]:
    return {language: in_language(text, language) for language in LANGUAGES}


def _phrase(texts: Mapping[str, str]) -> Phrase:
    return Phrase(texts[SOURCE], {each: texts[each] for each in texts if each != SOURCE})
