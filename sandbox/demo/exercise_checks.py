"""The verdict on an exercise, from what can be seen outside Kitart alone."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from kitart.plan.exercises import Exercise, people_and_agents, player_codes
from kitart.plan.schema import Plan
from sandbox.demo.checks import Check
from sandbox.demo.outside import Outside
from sandbox.demo.scenario import Scenario

AT_ONCE = timedelta(minutes=3)
"""On the plan's clock, from telling the last one that it is over."""
HOT_WASH = "/h/"
"""In the address of the page that asks for a word."""
OVER = ("exercise is over", "véget ért")
MARKS = ("EXERCISE", "GYAKORLAT")
SIGNERS = ("it_manager", "account_manager", "cmt_lead")
RECORDS = ("EXERCISE_", "GYAKORLAT_")
"""How the name of the record's file begins, by language."""


def judge_exercise(
    plan: Plan,
    scenario: Scenario,
    speed: float,
    listed: Sequence[str],
    actions: Sequence[str],
    seen: Outside,
) -> list[Check]:
    """Every check of a scenario with ``exercise``, played at a ``speed``.

    ``listed`` is what ``kitart exercise list --json`` prints, a line for each entry of the
    programme; ``actions`` what ``kitart action list --all --json`` does, one for each action.
    """
    entry = plan.exercise(scenario.exercise)
    (row,) = [one for one in map(json.loads, listed) if one["exercise"] == entry.id]
    return [
        _by_schedule(plan, speed, seen.flow_runs),
        *_while_it_ran(plan, entry, row, seen),
        *_said_and_found(scenario, actions, seen),
        *_signed_and_filed(plan, scenario, seen),
    ]


def _by_schedule(plan: Plan, speed: float, runs: Sequence[dict[str, Any]]) -> Check:
    """Prefect's own schedule made the run, and it began later than the plan lets one begin without
    asking again."""
    late = [
        (_moment(run["start_time"]) - _moment(run["expected_start_time"])) * speed
        for run in runs
        if run["auto_scheduled"] and run["start_time"]
    ]
    allowed = timedelta(minutes=plan.limits.exercise_late)
    return Check(
        "The schedule began it, late: nothing ran at its time",
        len(late) == 1 and late[0] > allowed,
        ", ".join(f"{each.total_seconds() / 60:.0f} min late" for each in late) or "it did not",
    )


def _moment(written: str) -> datetime:
    return datetime.fromisoformat(written.replace("Z", "+00:00"))


def _while_it_ran(plan: Plan, entry: Exercise, row: dict[str, Any], seen: Outside) -> list[Check]:
    # The crisis team's lead plays no part, and signs the record afterwards.
    players = player_codes(plan, (*entry.players, *entry.coordinators, "cmt_lead"))
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
    over = [text for text in texts if any(words in text for words in OVER)]
    files = [path for path in seen.files if not _marked(path)]
    return [
        Check(
            "Both coordinators were asked, and confirmed that it is held now",
            set(entry.coordinators) <= said, ", ".join(sorted(said)) or "nobody",
        ),
        Check(
            "An entry for the calendar went with the question",
            len(entries) >= len(entry.coordinators) and _all_marked(entries),
            f"{len(entries)} entries",
        ),
        Check(
            "Nobody but the players and who signs got a message",
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


def _said_and_found(scenario: Scenario, actions: Sequence[str], seen: Outside) -> list[Check]:
    said = {d.person for d in seen.deeds if (d.kind, d.outcome) == ("hot-wash", "answered")}
    asked = [sms for sms in seen.sms if HOT_WASH in sms.body]
    over = [sms.at for sms in seen.sms if any(words in sms.body for words in OVER)]
    waited = min((sms.at for sms in asked), default=None)
    soon = waited is not None and bool(over) and waited - max(over) < AT_ONCE
    wanted = scenario.write_up.action["action"] if scenario.write_up else None
    found = [one for one in map(json.loads, actions) if one["text"] == wanted]
    return [
        Check(
            "Whoever took part was asked for a word at once, and said it",
            soon and len(said) == len({sms.to for sms in asked}), f"{len(said)} said a word",
        ),
        Check(
            "What was found has its corrective action in the ledger",
            len(found) == 1 and all(one["exercise"] for one in found),
            ", ".join(f"{one['action']}, due {one['due_on']}" for one in found) or "none",
        ),
    ]  # fmt: skip


def _signed_and_filed(plan: Plan, scenario: Scenario, seen: Outside) -> list[Check]:
    signed = {
        d.person for d in seen.deeds
        if (d.kind, d.answer, d.outcome) == ("sign-off", "approve", "answered")
    }  # fmt: skip
    roles = sorted(plan.person(code).kind for code in signed)
    records = {path.rpartition("/")[2]: content for path, content in seen.files.items()
               if "/internal/" in path}  # fmt: skip
    there = {(mark, name.rpartition(".")[2]) for name in records for mark in RECORDS
             if name.startswith(mark)}  # fmt: skip
    pages = [content.decode() for name, content in records.items() if name.endswith(".html")]
    wanted = scenario.write_up.action["action"] if scenario.write_up else ""
    lead = {c.address for p in plan.people_of_kind("cmt_lead")[:1] for c in p.channels}
    mailed = [n for m in seen.mails if lead & set(m.to) for n in m.attachments]
    return [
        Check(
            "The IT manager, the account manager and the CMT lead signed it, three people",
            roles == sorted(SIGNERS), ", ".join(sorted(signed)) or "nobody",
        ),
        Check(
            "Its record is filed in both languages, with their PDFs",
            there == {(mark, kind) for mark in RECORDS for kind in ("html", "pdf")},
            ", ".join(sorted(records)) or "nothing is filed",
        ),
        Check(
            "The filed record has the corrective action, in each language",
            len(pages) == len(RECORDS) and all(wanted in page for page in pages),
            f"{sum(wanted in page for page in pages)} of {len(pages)} have it",
        ),
        Check(
            "The CMT lead has the record by mail",
            any(name.startswith(RECORDS) and name.endswith(".pdf") for name in mailed),
            ", ".join(mailed) or "no",
        ),
    ]  # fmt: skip


def _marked(path: str) -> bool:
    return any(mark in path for mark in MARKS)


def _all_marked(names: Iterable[str]) -> bool:
    return all(name.startswith(MARKS) for name in names)


def _runs(runs: Sequence[dict[str, Any]]) -> Check:
    bad = [r["state_name"] for r in runs if r["state_type"] != "COMPLETED"]
    return Check(
        "The runs of the exercise, of what it played and of its record ended Completed",
        not bad and len(runs) >= 3, ", ".join(bad) or f"{len(runs)} runs",
    )  # fmt: skip
