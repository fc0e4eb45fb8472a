"""``kitart action``: the ledger of corrective actions, and what became of one (D29)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from kitart.journal.late_entries import Writer

action_app = typer.Typer(
    help="Corrective actions of incidents and exercises.", no_args_is_help=True
)

Which = Annotated[str, typer.Argument(metavar="ACTION", help="Its name, like INC-0142/2")]
By = Annotated[str, typer.Option("--by", help="The code of who says so, like IT-MGR")]


@action_app.command("list")
def show(
    whole: Annotated[bool, typer.Option("--all", help="Those that are finished too")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,
) -> None:
    """The open actions, the overdue first."""
    from kitart.cli import the_journals, the_plan, the_settings
    from kitart.installation import Installation
    from kitart.journal import actions
    from kitart.messaging.actions import today_at
    from kitart.plan.roles import role_name
    from kitart.rules import actions as rules
    from kitart.rules.write_up import overdue

    inst, plan = Installation(the_settings()), the_plan(None)
    today = today_at(plan, inst.clock.now())
    with the_journals(inst.settings.journal_url) as (journal,), journal.read() as session:
        found = actions.every(session) if whole else actions.still_open(session)
        found.sort(key=lambda kept: rules.order(kept.action.form, today))
        for kept in found:
            form = kept.action.form
            late = (today - form.due).days if overdue(form.status, form.due, today) else 0
            if as_json:
                typer.echo(
                    json.dumps(
                        {
                            "action": kept.reference, "text": form.action, "owner": form.owner,
                            "due_on": form.due.isoformat(), "status": form.status,
                            "days_late": late, "exercise": kept.record.exercise,
                            "check": form.check, "evidence": form.evidence, "effect": form.effect,
                        }
                    )
                )  # fmt: skip
                continue
            state = f"overdue {late} d" if late else form.status
            typer.echo(f"{kept.reference:<13} {form.due} {state:<16} {role_name(form.owner)}: "
                       f"{form.action}")  # fmt: skip
    if not found and not as_json:
        typer.echo("no corrective action is open")


@action_app.command("done")
def done(
    action: Which,
    evidence: Annotated[str, typer.Option("--evidence", help="What shows that it is done")],
    by: By,
) -> None:
    """Record that an action is done; its effect is still to be checked."""
    from kitart.journal import actions

    _needs_words("--evidence", evidence)
    _record(by, action, lambda session, writer, now: actions.done(
        session, action, evidence, writer, now=now))  # fmt: skip


@action_app.command("check")
def check(
    action: Which,
    effect: Annotated[str, typer.Option("--effect", help="What the check showed")],
    by: By,
    works: Annotated[bool, typer.Option("--works/--fails", help="Whether it works")],
) -> None:
    """Record whether an action that was done works; one that does not is open again."""
    from kitart.journal import actions

    _needs_words("--effect", effect)
    _record(by, action, lambda session, writer, now: actions.checked(
        session, action, works, effect, writer, now=now))  # fmt: skip


def _needs_words(option: str, text: str) -> None:
    from kitart.cli import refuse

    if not 3 <= len(text.strip()) <= 1000:
        refuse(f"{option} is {text!r}; right would be one or two sentences", 2)


def _record(by: str, action: str, say: Callable[[Session, Writer, datetime], bool]) -> None:
    from kitart.cli import refuse, the_journals, the_plan, the_settings
    from kitart.installation import Installation
    from kitart.journal.late_entries import NotTaken, Writer

    inst, plan = Installation(the_settings()), the_plan(None)
    known = {person.id: person.kind for person in plan.people}
    if by not in known:
        refuse(f"--by is {by!r}; right would be a code of config/people.yaml, like IT-MGR", 2)
    writer = Writer(by, known[by])
    try:
        with the_journals(inst.settings.journal_url) as (journal,), journal.write() as session:
            new = say(session, writer, inst.clock.now())
    except (LookupError, NotTaken) as why:
        refuse(str(why.args[0]), 2)
    typer.echo(f"{action}: {'recorded' if new else 'stands so already'}")
