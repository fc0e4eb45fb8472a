"""The verdict on an exercise, from what can be seen outside Kitart alone."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from kitart.plan.exercises import people_and_agents, player_codes
from kitart.plan.schema import Plan
from sandbox.demo.checks import Check
from sandbox.demo.outside import Outside

MARKS = ("EXERCISE", "GYAKORLAT")
EXERCISE_RUN = "exercise"


def judge_exercise(plan: Plan, code: str, listed: Sequence[str], seen: Outside) -> list[Check]:
    """Every check of a scenario with ``exercise``; ``listed`` is what ``kitart exercise list
    --json`` prints, a line for each entry of the programme."""
    entry = plan.exercise(code)
    players = player_codes(plan, (*entry.players, *entry.coordinators))
    inside = {c.address for who in people_and_agents(plan, players) for c in who.channels}
    reached = {sms.to for sms in seen.sms} | {to for mail in seen.mails for to in mail.to}
    outside = sorted(reached - inside)
    texts = [*(sms.body for sms in seen.sms), *(mail.subject for mail in seen.mails)]
    plain = [text for text in texts if not text.startswith(MARKS)]
    said = {
        d.person for d in seen.deeds
        if (d.kind, d.answer, d.outcome) == ("exercise-date", "confirm", "answered")
    }  # fmt: skip
    entries = [a for mail in seen.mails for a in mail.attachments if a.endswith(".ics")]
    ert = [d for d in seen.deeds if (d.kind, d.answer, d.outcome) == ("ack", "take", "answered")]
    yes = [d for d in seen.deeds if (d.kind, d.answer, d.outcome) == ("cover", "yes", "answered")]
    (row,) = [one for one in map(json.loads, listed) if one["exercise"] == code]
    over = [text for text in texts if "exercise is over" in text or "véget ért" in text]
    files = [path for path in seen.files if not _marked(path)]
    return [
        Check(
            "Both coordinators confirmed the date before it began",
            set(entry.coordinators) <= said, ", ".join(sorted(said)) or "nobody",
        ),
        Check(
            "An entry for the calendar went with the question",
            len(entries) >= len(entry.coordinators) and _all_marked(entries),
            f"{len(entries)} entries",
        ),
        Check(
            "Nobody outside the players got a message",
            not outside and bool(reached), ", ".join(outside) or f"{len(reached)} addresses",
        ),
        Check(
            "Every text and subject begins with EXERCISE or GYAKORLAT",
            not plain and bool(texts), plain[0][:60] if plain else f"{len(texts)} texts",
        ),
        Check("The ERT took it", bool(ert), ert[0].person if ert else "nobody"),
        Check("A backup said yes", bool(yes), yes[0].person if yes else "nobody"),
        Check(
            "Every step was in time, so that it counts as the test of the year",
            row["last"] is not None, f"{row['last']} counts" if row["last"] else "none counts",
        ),
        Check("It has ended", row["open"] is None, row["open"] or "nothing is open"),
        Check("Players were told that it is over", bool(over), f"{len(over)} texts"),
        Check(
            "Every document in SharePoint is marked",
            not files, files[0] if files else f"{len(seen.files)} files",
        ),
        _runs(seen.flow_runs),
        Check("No step failed", not seen.failed_tasks, "; ".join(seen.failed_tasks) or "none"),
    ]  # fmt: skip


def _marked(path: str) -> bool:
    return any(mark in path for mark in MARKS)


def _all_marked(names: Iterable[str]) -> bool:
    return all(name.startswith(MARKS) for name in names)


def _runs(runs: Sequence[dict[str, Any]]) -> Check:
    bad = [r["state_name"] for r in runs if r["state_type"] != "COMPLETED"]
    return Check(
        "The runs of the exercise and of what it played ended Completed",
        not bad and len(runs) >= 2, ", ".join(bad) or f"{len(runs)} runs",
    )  # fmt: skip
