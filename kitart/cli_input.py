"""``kitart input``: what is due, and a person's word that it has arrived or is missing (A21)."""

from __future__ import annotations

import json
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

input_app = typer.Typer(help="Vital inputs: what is due, what arrived.", no_args_is_help=True)

Code = Annotated[str, typer.Argument(metavar="INPUT", help="Its code in the plan, like ROSTER-DAY")]
By = Annotated[str, typer.Option("--by", help="The role of who says so, never a name")]


@input_app.command("show")
def show(as_json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False) -> None:
    """Each input: when it is due next or was due last, and what became of it."""
    from kitart.cli import the_journals, the_plan, the_settings
    from kitart.installation import Installation
    from kitart.journal import inputs

    inst, plan = Installation(the_settings()), the_plan(None)
    now = inst.clock.now()
    with the_journals(inst.settings.journal_url) as (journal,), journal.read() as session:
        for known in plan.inputs:
            row = inputs.due_that_counts(session, known.id, now) or inputs.last_due(
                session, known.id
            )
            last = inputs.latest(session, known.id)
            if as_json:
                typer.echo(
                    json.dumps(
                        {
                            "input": known.id,
                            "due_at": row.due_at.isoformat() if row else None,
                            "state": row.state if row else None,
                            "incident": row.incident if row else None,
                            "last_arrived_at": last.arrived_at.isoformat() if last else None,
                        }
                    )
                )
                continue
            zone = ZoneInfo(known.time_zone)
            due = f"due {row.due_at.astimezone(zone):%Y-%m-%d %H:%M %Z}" if row else "no look yet"
            state = f", {row.state}" if row else ""
            number = f", {row.incident}" if row and row.incident else ""
            came = f"; last arrived {last.arrived_at.astimezone(zone):%m-%d %H:%M}" if last else ""
            typer.echo(f"{known.id:<18} {due}{state}{number}{came}")


@input_app.command("arrived")
def arrived(
    code: Code,
    at: Annotated[
        str, typer.Option("--at", help="When, with its offset: 2026-11-24T06:02+01:00; else now")
    ] = "",
    by: By = "operator",
) -> None:
    """Record that an input has arrived; an incident that waits for it hears of it."""
    from kitart.alerts import expected_inputs
    from kitart.cli import refuse, the_journals, the_moment, the_plan, the_settings
    from kitart.clock import as_utc
    from kitart.installation import Installation
    from kitart.journal import inputs
    from kitart.journal.inputs import Arrived

    inst, plan = Installation(the_settings()), the_plan(None)
    _known(plan.inputs, code)
    now = inst.clock.now()
    moment = as_utc(the_moment(at)) if at else now
    if moment > now:
        refuse(f"--at is {at!r}, which is still to come; right would be when it arrived", 2)
    said = Arrived(code, moment, inputs.PERSON, f"person:{by}:{moment.isoformat()}", by_role=by)
    with the_journals(inst.settings.journal_url) as (journal,), journal.write() as session:
        row = expected_inputs.take(session, plan, said, now=now)
        words = f"{code}: recorded" if row is None else f"{code}: {row.state}"
        number = f"; {row.incident} hears of it" if row is not None and row.incident else ""
    typer.echo(f"{words}{number}")


@input_app.command("missing")
def missing(
    code: Code,
    seen: Annotated[str, typer.Option(help="What is seen, in one sentence")],
    by: By = "operator",
) -> None:
    """Report that an input is missing, or will not come (A21); prints the incident's number.

    The gateway raises the alarm within a second and has the plan's run started.
    """
    from kitart.alerts import expected_inputs
    from kitart.cli import refuse, the_journals, the_plan, the_settings
    from kitart.installation import Installation

    if not 3 <= len(seen.strip()) <= 500:
        refuse("--seen is too short or too long; right would be one sentence", 2)
    inst, plan = Installation(the_settings()), the_plan(None)
    _known(plan.inputs, code)
    with the_journals(inst.settings.journal_url) as (journal,), journal.write() as session:
        number = expected_inputs.report_missing(
            session, plan, code, seen=seen.strip(), reported_by=by, now=inst.clock.now()
        )
    typer.echo(number)


def _known(expected: tuple[object, ...], code: str) -> None:
    from kitart.cli import refuse

    codes = [getattr(each, "id", "") for each in expected]
    if code not in codes:
        refuse(f"INPUT is {code!r}; right would be one of {', '.join(codes) or 'none'}", 2)
