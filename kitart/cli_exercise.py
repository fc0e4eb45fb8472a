"""``kitart exercise``: plan, confirm, start, stop and list exercises (R51-R53, D4, D28)."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

exercise_app = typer.Typer(help="Exercises of the plan: plan, stop, list.", no_args_is_help=True)

Code = Annotated[str, typer.Argument(metavar="EXERCISE", help="Its code in config/exercises.yaml")]
Number = Annotated[str, typer.Argument(metavar="NUMBER", help="Its number, like INC-0142")]
By = Annotated[str, typer.Option("--by", help="The code of who says so, like IT-MGR")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON")]


@exercise_app.command("plan")
def plan(
    code: Code,
    at: Annotated[
        str, typer.Option("--at", help="When, with its offset: 2026-12-08T10:00+01:00")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Propose a date to both coordinators; prints the number. The gateway has the run started."""
    from kitart.cli import the_moment
    from kitart.clock import as_utc

    _open(code, as_utc(the_moment(at)) if at else None, as_json)


@exercise_app.command("start")
def start(code: Code, as_json: AsJson = False) -> None:
    """As ``plan``, for now: it begins as soon as both coordinators have confirmed."""
    from kitart.cli import the_settings
    from kitart.installation import Installation

    _open(code, Installation(the_settings()).clock.now(), as_json)


@exercise_app.command("confirm")
def confirm(number: Number, by: By) -> None:
    """Record that a coordinator confirms the date, by word of mouth."""
    from kitart.cli import refuse, the_journals, the_settings
    from kitart.installation import Installation
    from kitart.journal import exercises

    inst = Installation(the_settings())
    with the_journals(inst.settings.journal_url) as (journal,):
        try:
            with journal.read() as session:
                record = exercises.get(session, number)
            entry = inst.plan_of(number).exercise(record.entry)
        except LookupError as unknown:
            refuse(str(unknown).strip("'\""), 2)
        if by not in entry.coordinators:
            refuse(f"--by is {by!r}; right would be one of {', '.join(entry.coordinators)}", 2)
        if record.began_at is not None or record.over:
            refuse(f"{number} is {record.state}: there is no date to confirm")
        role = inst.plan_of(number).person(by).kind
        with journal.write() as session:
            new = exercises.confirm(session, number, by, role, now=inst.clock.now())
    typer.echo(f"{number}: confirmed by {by}" if new else f"{number}: {by} had confirmed before")


@exercise_app.command("stop")
def stop(
    number: Number,
    by: By,
    why: Annotated[str, typer.Option("--why", help="In a few words")] = "by the command line",
) -> None:
    """Stop an exercise, planned or running; it does not count as a test."""
    from kitart.cli import refuse, the_journals, the_settings
    from kitart.installation import Installation
    from kitart.journal import exercises

    inst = Installation(the_settings())
    with the_journals(inst.settings.journal_url) as (journal,):
        try:
            with journal.write() as session:
                exercises.get(session, number)
                new = exercises.stop(session, number, by=by, why=why, now=inst.clock.now())
        except LookupError as unknown:
            refuse(str(unknown), 2)
    if not new:
        refuse(f"{number} was over already")
    typer.echo(f"{number}: stopped")


@exercise_app.command("list")
def show(as_json: AsJson = False) -> None:
    """The programme: each exercise with the last one that counts, when the next is due, and what
    is planned or runs."""
    from kitart.cli import the_journals, the_plan, the_settings
    from kitart.journal import exercises
    from kitart.rules.exercise_dates import next_due

    configured = the_plan(None)
    zone = ZoneInfo(configured.company.time_zone)
    with the_journals(the_settings().journal_url) as (journal,), journal.read() as session:
        known = exercises.all_exercises(session)
        for entry in configured.exercises:
            last = exercises.last_counted(session, entry.id)
            due = next_due(last.ended_at if last else None, entry.every_months)
            now = next((r for r in known if r.entry == entry.id and not r.over), None)
            if as_json:
                typer.echo(
                    json.dumps(
                        {
                            "exercise": entry.id,
                            "kind": entry.kind,
                            "last": last.number if last else None,
                            "due_at": due.isoformat() if due else None,
                            "open": now.number if now else None,
                            "state": now.state if now else None,
                            "starts_at": now.starts_at.isoformat() if now else None,
                        }
                    )
                )
                continue
            said = f"due {_day(due, zone)}, last {last.number}" if due and last else "never held"
            runs = f"; {now.number} {now.state}, {_time(now.starts_at, zone)}" if now else ""
            typer.echo(f"{entry.id:<20} {entry.kind:<13} {said}{runs}")


def _open(code: str, starts_at: datetime | None, as_json: bool) -> None:
    from kitart.alerts.exercise import open_exercise
    from kitart.cli import refuse, the_journals, the_plan, the_settings
    from kitart.installation import Installation
    from kitart.journal.exercises import NotNow

    inst, configured = Installation(the_settings()), the_plan(None)
    with the_journals(inst.settings.journal_url) as (journal,):
        try:
            with journal.write() as session:
                opened = open_exercise(session, configured, inst.clock, code, starts_at=starts_at)
                number, new = opened.incident.number, opened.new
        except ValueError as wrong:
            refuse(str(wrong), 2)
        except NotNow as late:
            refuse(str(late))
    if as_json:
        typer.echo(json.dumps({"incident": number, "new": new}))
    else:
        typer.echo(number if new else f"{number} (planned before; joined)")


def _day(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d}"


def _time(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M %Z}"
