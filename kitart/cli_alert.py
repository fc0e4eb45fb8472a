"""``kitart alert``: what monitoring sent, how a body is read, and what waits for the operator."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from kitart.journal.alerts import Reading
    from kitart.journal.tables import Alert
    from kitart.plan.schema import MonitoringSource, Plan

alert_app = typer.Typer(help="Alerts from monitoring.", no_args_is_help=True)
SHOWN = 50


@alert_app.command("read")
def read(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A post's body; - for the input")],
    source: Annotated[str, typer.Option(help="A source of the plan, or a tool, e.g. zabbix")],
    content_type: Annotated[str, typer.Option(help="As the tool sends it; else it is found")] = "",
    folder: Annotated[
        Path | None, typer.Option("--dir", metavar="DIR", help="The plan's folder; else config_dir")
    ] = None,
) -> None:
    """Show how a body is read, as JSON: a list of alerts. Needs no journal and no secret.

    Ends with 1 when the body can't be read. Nothing is kept, nobody is told.
    """
    from kitart.alerts.readers import UnreadablePost, read_post
    from kitart.cli import refuse

    known = _the_source(source, folder)
    try:
        raw = typer.get_binary_stream("stdin").read() if file == "-" else Path(file).read_bytes()
    except OSError as trouble:
        refuse(f"FILE is {file!r}, which can't be read: {trouble.strerror}")
    try:
        found = read_post(known, raw, content_type)
    except UnreadablePost as trouble:
        refuse(f"{source}: the body can't be read: {trouble}")
    typer.echo(json.dumps([as_data(each) for each in found], ensure_ascii=False, indent=2))


def as_data(reading: Reading) -> dict[str, Any]:
    """A reading as plain values for JSON; ``started_at`` in UTC or null."""
    started = reading.started_at
    return {
        "source": reading.source,
        "dedup_key": reading.dedup_key,
        "status": reading.status,
        "severity": reading.severity,
        "title": reading.title,
        "started_at": started.isoformat() if started else None,
        "reason": reading.reason or None,
    }


@alert_app.command("list")
def show(
    every: Annotated[
        bool, typer.Option("--all", help="The last alerts, whatever became of them")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text")] = False,
) -> None:
    """What waits for the operator: alerts that fit no rule, posts that could not be read,
    subscriptions that nobody confirmed or somebody ended."""
    from kitart.cli import the_journals, the_settings
    from kitart.journal import alerts

    with the_journals(the_settings().journal_url) as (journal,), journal.read() as session:
        rows = alerts.newest(session, SHOWN) if every else alerts.waiting(session)
        listed = [_row(each) for each in rows]
    if as_json:
        typer.echo(json.dumps(listed, ensure_ascii=False, indent=2))
        return
    for each in listed:
        number = f", {each['incident']}" if each["incident"] else ""
        why = f" ({each['reason']})" if each["reason"] else ""
        times = f", {each['times_received']} times" if each["times_received"] > 1 else ""
        typer.echo(
            f"{each['id']}  {each['last_received_at'][:16].replace('T', ' ')} UTC  "
            f"{each['source']}: {' '.join(each['title'].split())}{why}: {each['status']}, "
            f"{each['outcome']}{number}{times}"
        )
    if not listed:
        typer.echo("No alert was ever kept." if every else "Nothing waits.")


@alert_app.command("replay")
def replay(
    ids: Annotated[
        list[int] | None, typer.Argument(metavar="[ID]...", help="As listed; else all")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text")] = False,
) -> None:
    """Read posts that could not be read once more, and do what the webhook would have done.

    By its ID also an alert that fitted no rule, once there is one. Each is done once. Ends with 1
    if one still can't be read or fits no rule.
    """
    from kitart.alerts import intake, replaying
    from kitart.cli import refuse, the_journals, the_plan, the_settings
    from kitart.installation import Installation

    plan = the_plan(None)
    inst = Installation(the_settings())
    with the_journals(inst.settings.journal_url) as (journal,):
        try:
            done = replaying.replay(journal, plan, ids or (), now=inst.clock.now())
        except LookupError as trouble:
            refuse(str(trouble))
    told: list[dict[str, Any]] = [
        {"id": each.alert, "source": each.source, "trouble": each.trouble or None}
        | (intake.summary(each.accepted) if each.accepted else {})
        for each in done
    ]
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
    for line in () if as_json else told:
        said = line["trouble"] or ", ".join(
            f"{name} {value if isinstance(value, int) else '; '.join(value)}"
            for name, value in line.items()
            if name not in ("id", "source", "trouble")
        )
        typer.echo(f"{line['id']} ({line['source']}): {said or 'read; it holds no alert'}")
    if not done and not as_json:
        typer.echo("No post waits to be read again.")
    if any(each.trouble for each in done):
        raise typer.Exit(1)


@alert_app.command("split")
def split(
    alert: Annotated[int, typer.Argument(metavar="ID", help="As 'kitart alert list --all' has it")],
    by: Annotated[str, typer.Option(help="Who says so, by role, never a name")] = "operator",
) -> None:
    """Undo a wrong merge: the alert gets an incident of its own (E33); prints its number.

    The gateway raises the alarm for it and has its run started.
    """
    from kitart.alerts import splitting
    from kitart.cli import refuse, the_journals, the_plan, the_settings
    from kitart.installation import Installation

    plan = the_plan(None)
    inst = Installation(the_settings())
    with the_journals(inst.settings.journal_url) as (journal,):
        try:
            with journal.write() as session:
                number = splitting.split(session, plan, alert, by=by, now=inst.clock.now()).number
        except (splitting.NotSplit, LookupError) as trouble:
            refuse(str(trouble))
    typer.echo(number)


@alert_app.command("dismiss")
def dismiss(
    ids: Annotated[list[int], typer.Argument(metavar="ID...", help="As 'kitart alert list' says")],
) -> None:
    """Say that these need no more looking at: they leave the list and the board, and stay kept."""
    from kitart.cli import refuse, the_journals, the_settings
    from kitart.journal import alerts

    with the_journals(the_settings().journal_url) as (journal,):
        try:
            with journal.write() as session:
                for each in ids:
                    alerts.dismiss(session, each)
        except (LookupError, ValueError) as trouble:
            refuse(str(trouble))
    typer.echo(f"{len(set(ids))} put aside.")


def _the_source(name: str, folder: Path | None) -> MonitoringSource:
    """The plan's source of this name, else the tool of this name as it comes."""
    from kitart.alerts.readers import READERS
    from kitart.cli import refuse, the_plan, the_settings
    from kitart.plan.loading import PlanError, load_plan
    from kitart.plan.schema import MonitoringSource

    if folder is not None:
        plan: Plan | None = the_plan(folder)
    else:
        try:
            plan = load_plan(the_settings().config_dir)
        except PlanError as trouble:
            if name not in READERS:
                refuse(str(trouble))
            plan = None
    sources = {each.name: each for each in plan.monitoring.sources} if plan else {}
    if name in sources:
        return sources[name]
    if name not in READERS:
        right = ", ".join(dict.fromkeys([*READERS, *sources]))
        refuse(f"--source is {name!r}; right would be one of {right}", 2)
    return MonitoringSource(name=name, kind=name)


def _row(row: Alert) -> dict[str, Any]:
    return {
        "id": row.id,
        "source": row.source,
        "dedup_key": row.dedup_key,
        "status": row.status,
        "outcome": row.outcome,
        "reason": row.reason or None,
        "severity": row.severity,
        "title": row.title,
        "started_at": row.started_at.isoformat() if row.started_at else None,
        "received_at": row.received_at.isoformat(),
        "last_received_at": row.last_received_at.isoformat(),
        "times_received": row.times_received,
        "incident": row.incident,
    }
