"""Incidents that nobody drives, and runs that Prefect shows though they drive none (D21)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from kitart.doctor.finding import Finding, Weight, long, seconds
from kitart.journal.stuck import Held
from kitart.prefect_look import Run

GOES_ON_WITHIN = timedelta(seconds=30)
"""In which the gateway has another run drive an incident whose run died (docs/operations.md)."""
UNDRIVEN = "incident.undriven"
ALARMS = (
    "A gateway, if one runs, goes on with alarms, but no plan's step is taken: nobody is asked for "
    "decisions, no client is told. After a minute the ERT and the IT manager are sent to the paper "
    "plan."
)
FILES = "It is closed; documents wait to be filed, and nobody is kept from anything."


def of_undriven(
    held: Sequence[Held], runs: Sequence[Run] | None, real_now: datetime
) -> list[Finding]:
    """Incidents without a run, whether one is coming, and what to type; ``runs`` is ``None`` where
    Prefect could not be asked."""
    return [_undriven(each, runs, real_now) for each in held if not each.driven]


def _undriven(each: Held, runs: Sequence[Run] | None, real_now: datetime) -> Finding:
    soon = real_now - each.since <= GOES_ON_WITHIN
    weight: Weight = "note" if soon else ("hinders" if each.closed or each.exercise else "stops")
    coming = _coming(each, runs, real_now)
    means = FILES if each.closed else ALARMS
    do = [f"kitart incident resume {each.number}", "then, half a minute later: kitart doctor"]
    if soon:
        means = "Its run ended or has yet to begin; the gateway raises alarms meanwhile."
        do = ["nothing: the gateway gives it a new run within 30 s; then: kitart doctor"]
    elif any(run.id == each.asked and run.stage == "waits" for run in runs or ()):
        do = ["mend what keeps workers from taking runs: it begins by itself then", "kitart doctor"]
    mark = "EXERCISE " if each.exercise else ""
    return Finding(
        UNDRIVEN, weight, f"{mark}{each.number}: nobody drives it. {coming}",
        means, tuple(do),
        since=each.since, for_s=seconds(each.since, real_now),
    )  # fmt: skip


def _coming(each: Held, runs: Sequence[Run] | None, real_now: datetime) -> str:
    if each.asked_at is None:
        return "No run was asked for: is a gateway running?"
    asked = f"A run was asked for {long((real_now - each.asked_at).total_seconds())} ago"
    if each.asked is None:
        return f"{asked}; Prefect has not taken it yet"
    if each.asked == each.run:
        return f"{asked}, drove it and ended; no other was asked for: is a gateway running?"
    if runs is None:
        return f"{asked}; whether it comes can't be seen"
    found = next((run for run in runs if run.id == each.asked), None)
    if found is None:
        return f"{asked}; it ended, or Prefect does not know it"
    stage = {
        "waits": "waits for a worker",
        "taken": "was taken by a worker that makes no process of it",
        "runs": "is shown as running, but does not drive the incident",
    }
    return f"{asked}: it {stage[found.stage]}"


def of_orphans(
    held: Sequence[Held], runs: Sequence[Run], drove: dict[str, str], real_now: datetime
) -> list[Finding]:
    """Runs of plans that Prefect shows as Running or Pending though the incident is driven by
    another, or by nobody; ``drove`` has the incidents that runs once drove, by their ids."""
    driving = {each.run for each in held if each.driven}
    findings = []
    for run in runs:
        young = real_now - run.since <= GOES_ON_WITHIN
        if not run.plan or run.stage == "waits" or run.id in driving or young:
            continue
        number = run.incident or drove.get(run.id)
        other = next((each.run for each in held if each.number == number and each.driven), None)
        shown = "Running" if run.stage == "runs" else "Pending"
        by = f"run {other} drives {number}" if other else f"nothing drives {number or 'anything'}"
        findings.append(
            Finding(
                "prefect.orphan", "note",
                f"Prefect shows the run {run.name} as {shown}, but no process of it: {by}",
                "Prefect's page is wrong, the journal is right. Nobody is kept from anything by "
                "it.",
                (f"prefect flow-run delete {run.id}",),
                since=run.since, for_s=seconds(run.since, real_now),
            )
        )  # fmt: skip
    return findings
