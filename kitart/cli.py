"""The ``kitart`` command. Each group is a Typer of its own, added to ``app`` below.

Imports are light on purpose: what only one command needs is imported where it is used.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, TypeVar
from zoneinfo import ZoneInfo

import typer
from pydantic import ValidationError
from pydantic_settings import SettingsError
from rich.console import Console

from kitart import (
    cli_action,
    cli_alert,
    cli_backup,
    cli_cover,
    cli_doctor,
    cli_evidence,
    cli_exercise,
    cli_input,
    cli_line,
    cli_link,
    cli_paper,
    cli_plan_diff,
    cli_prefect,
    cli_readiness,
    cli_resume,
    cli_review,
    cli_sharepoint,
    cli_watch,
)
from kitart.clock import as_utc
from kitart.plan.checks import check_plan
from kitart.plan.contact_list import Verified
from kitart.plan.loading import PlanError, load_plan, load_with_files, placed
from kitart.plan.problems import Problem, warning
from kitart.plan.schema import Plan
from kitart.settings import Settings, settings

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kitart.journal.database import Journal
    from kitart.journal.wholeness import Wholeness

T = TypeVar("T")

app = typer.Typer(
    name="kitart",
    help="Carries out the business continuity plan.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
plan_app = typer.Typer(help="The company's plan: check it, show it.", no_args_is_help=True)
app.add_typer(plan_app, name="plan")
db_app = typer.Typer(help="The journal's database.", no_args_is_help=True)
app.add_typer(db_app, name="db")
connect_app = typer.Typer(help="The connections to the outside world.", no_args_is_help=True)
app.add_typer(connect_app, name="connect")
incident_app = typer.Typer(
    help="Incidents: report one, ask for its run, export or erase its record.", no_args_is_help=True
)
app.add_typer(incident_app, name="incident")
contact_app = typer.Typer(help="The contact list: test it, show it.", no_args_is_help=True)
app.add_typer(contact_app, name="contact")
app.add_typer(cli_action.action_app, name="action")
app.add_typer(cli_alert.alert_app, name="alert")
app.add_typer(cli_cover.cover_app, name="cover")
app.add_typer(cli_evidence.evidence_app, name="evidence")
app.add_typer(cli_exercise.exercise_app, name="exercise")
app.add_typer(cli_input.input_app, name="input")
app.add_typer(cli_line.line_app, name="line")
app.add_typer(cli_review.review_app, name="review")
app.add_typer(cli_sharepoint.sharepoint_app, name="sharepoint")
app.add_typer(cli_watch.watch_app, name="watch")
db_app.command("backup")(cli_backup.backup)
db_app.command("restore")(cli_backup.restore)
incident_app.command("export")(cli_evidence.export)
incident_app.command("erase")(cli_evidence.erase)
incident_app.command("resume")(cli_resume.resume)
app.command("doctor")(cli_doctor.doctor)
app.command("link")(cli_link.link)
app.command("readiness")(cli_readiness.readiness)
app.command("prefect-server", context_settings=cli_prefect.PASSED_ON)(cli_prefect.prefect_server)
plan_app.command("print")(cli_paper.print_plan)
plan_app.command("matrix")(cli_paper.print_matrix)
plan_app.command("diff")(cli_plan_diff.diff)

Folder = Annotated[
    Path | None, typer.Argument(metavar="[DIR]", help="The plan's folder; else config_dir")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text")]


def refuse(message: str, code: int = 1) -> NoReturn:
    """End the command with a plain message on stderr."""
    typer.echo(message, err=True)
    raise typer.Exit(code)


def the_settings(code: int = 1) -> Settings:
    """The settings; ends the command in plain words, and with ``code``, when they are wrong."""
    try:
        return settings()
    except ValidationError as trouble:
        lines = [
            f"{'.'.join(map(str, e['loc'])) or 'settings'}: {e['msg']}" for e in trouble.errors()
        ]
        refuse("The settings are wrong:\n" + "\n".join(lines), code)
    except SettingsError as trouble:
        refuse(f"The settings are wrong:\n{trouble}", code)


def the_plan(folder: Path | None) -> Plan:
    """The plan in ``folder`` or the configured one; ends the command when it cannot be loaded."""
    try:
        return load_plan(folder or the_settings().config_dir)
    except PlanError as trouble:
        refuse(str(trouble))


def the_moment(text: str, option: str = "--at") -> datetime:
    """The aware moment that ``option`` gives; ends the command when it is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        refuse(f"{option} is {text!r}; right would be, for example, 2026-10-25T01:30+02:00", 2)
    if moment.tzinfo is None:
        refuse(
            f"{option} is {text!r}, without an offset; right would be {text}+01:00 or {text}Z", 2
        )
    if not 2000 <= moment.year <= 2100:
        refuse(f"{option} is {text!r}; right would be a moment between 2000 and 2100", 2)
    return moment


@plan_app.command("check")
def check(folder: Folder = None, as_json: AsJson = False) -> None:
    """Check the plan; ends with 1 if anything keeps it from being used (A31)."""
    problems = _all_problems(folder or the_settings().config_dir)
    ok = all(problem.severity != "error" for problem in problems)
    if as_json:
        found = [asdict(problem) for problem in problems]
        typer.echo(json.dumps({"ok": ok, "problems": found}, ensure_ascii=False, indent=2))
    else:
        for problem in problems:
            typer.echo(str(problem))
        errors = sum(problem.severity == "error" for problem in problems)
        typer.echo(f"{_count(errors, 'error')}, {_count(len(problems) - errors, 'warning')}.")
    if not ok:
        raise typer.Exit(1)


@plan_app.command("show")
def show(folder: Folder = None) -> None:
    """Show company, projects, roles, systems, the escalation policy and the plan's hash."""
    from kitart.plan.showing import overview

    plan = the_plan(folder)
    console = Console(markup=False, highlight=False)
    for part in overview(plan):
        console.print(part)


@app.command("deadline")
def deadline(
    project: Annotated[str, typer.Option(help="Code of the project, e.g. ALPHA")],
    at: Annotated[str, typer.Option(help="Moment with its offset: 2026-10-25T01:30+02:00")],
    limit: Annotated[str, typer.Option(help="ert, am, cmt, backup or rto-1 to rto-4")],
    folder: Annotated[
        Path | None, typer.Option("--dir", help="The plan's folder; else config_dir")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """By when something is due, and by which rule (R9, R10, R22-R41, E36-E38)."""
    from kitart.rules.limits_by_name import LIMIT_NAMES, limit_by_name

    moment = the_moment(at)
    if limit not in LIMIT_NAMES:
        refuse(f"--limit is {limit!r}; right would be one of {', '.join(LIMIT_NAMES)}", 2)
    plan = the_plan(folder)
    if project not in {known.id for known in plan.projects}:
        names = ", ".join(known.id for known in plan.projects)
        refuse(f"--project is {project!r}; right would be one of {names}", 2)
    try:
        found = limit_by_name(limit, plan.calendar_of(project), moment, plan.limits)
    except ValueError as trouble:
        refuse(str(trouble))
    if as_json:
        typer.echo(json.dumps({**asdict(found), "due_at": found.due_at.isoformat()}))
    else:
        zone = ZoneInfo(plan.calendar_of(project).time_zone)
        local = found.due_at.astimezone(zone)
        typer.echo(f"{found.due_at:%Y-%m-%d %H:%M:%S} UTC ({local:%Y-%m-%d %H:%M:%S %Z})")
        typer.echo(found.rule)


@contextmanager
def the_journals(*urls: str, code: int = 1) -> Iterator[list[Journal]]:
    """Journals to work on, closed in the end; ends the command in plain words, and with ``code``,
    on trouble."""
    from sqlalchemy.exc import DatabaseError

    from kitart.journal import upgrading
    from kitart.journal.database import Journal, JournalError

    journals = [Journal(url) for url in urls]
    try:
        yield journals
    except JournalError as trouble:
        refuse(str(trouble), code)
    except DatabaseError as trouble:
        # Mostly one that nobody has brought to this version: said with what to do.
        for journal in journals:
            try:
                upgrading.check(journal)
            except JournalError as reason:
                refuse(str(reason), code)
        refuse(f"The journal can't be used: {trouble.orig}", code)
    finally:
        for journal in journals:
            journal.close()


@db_app.command("upgrade")
def upgrade() -> None:
    """Make the journal's tables, or bring them to this version; safe to run again."""
    from kitart.journal.upgrading import upgrade as bring_up_to_date

    with the_journals(the_settings().journal_url) as (journal,):
        revision = bring_up_to_date(journal)
    typer.echo(f"The journal is at revision {revision}.")


@db_app.command("check")
def check_journal() -> None:
    """Go through every incident's record; ends with 1 when one is not as it was written (D1)."""
    from kitart.journal import wholeness

    with the_journals(the_settings().journal_url) as (journal,):
        found = wholeness.look(journal)
    for number, place in found.broken.items():
        typer.echo(f"{number}: the record is broken from entry {place} on")
    if found.broken:
        raise typer.Exit(1)
    typer.echo(f"{said_of(found)}: every record is whole.")


def said_of(found: Wholeness) -> str:
    """How much a journal holds, in words."""
    return f"{_count(found.incidents, 'incident')} with {_count(found.entries, 'entry', 'entries')}"


@db_app.command("move")
def move(
    to: Annotated[str, typer.Option("--to", help="SQLAlchemy URL of a new, upgraded database")],
) -> None:
    """Copy the whole journal into another database, for example from SQLite to PostgreSQL.

    Stop the gateway and the workers first; make the tables there with 'kitart db upgrade'. The
    journal in use is only read: set KITART_DATABASE_URL to the new address when it is done.
    """
    from kitart.clock import real_now
    from kitart.journal import moving

    with the_journals(the_settings().journal_url, to) as (source, target):
        moved = moving.move(source, target, real_now=real_now())
    for name, rows in moved.items():
        typer.echo(f"{name:<20} {rows}")
    typer.echo("All of it arrived, every record is whole. Now set KITART_DATABASE_URL.")


@connect_app.command("check")
def connect_check(
    only: Annotated[
        list[str] | None, typer.Option(help="A connection, or connection/check; may be repeated")
    ] = None,
    send_test_to: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS",
            help="Send a test mail there by each way, and to each chat",
        ),
    ] = "",
    other_mailbox: Annotated[
        str, typer.Option(metavar="ADDRESS", help="A mailbox that Kitart must not send as")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Try each connection and say what is missing; ends with 1 unless all is well.

    Writes one row to the probe list in SharePoint and deletes it; changes nothing else.
    """
    from kitart.connecting import everything, running, showing
    from kitart.connecting.check import GOOD
    from kitart.installation import Installation

    found = the_settings()
    checks = everything.all_checks(
        Installation(found), test_to=send_test_to, other_mailbox=other_mailbox
    )
    try:
        asked = everything.chosen(checks, only or [])
    except everything.UnknownName as trouble:
        refuse(str(trouble), 2)
    lines = running.run(asked, everything.secrets_of(found))
    if as_json:
        for line in lines:
            typer.echo(json.dumps(asdict(line), ensure_ascii=False))
    else:
        console = Console(markup=False, highlight=False)
        for part in showing.shown(lines, console.width):
            console.print(part, soft_wrap=True)
    if any(line.state not in GOOD for line in lines):
        raise typer.Exit(1)


@incident_app.command("report")
def report_incident(
    seen: Annotated[str, typer.Option(help="What is seen, in one sentence of a witness")],
    project: Annotated[
        list[str] | None, typer.Option(help="An affected project, e.g. ALPHA; may be repeated")
    ] = None,
    since: Annotated[
        str, typer.Option(help="When it began, with its offset: 2026-10-25T01:30+02:00")
    ] = "",
    systems: Annotated[str, typer.Option(help="Systems affected, in your words")] = "",
    customer_care: Annotated[
        str, typer.Option(help="yes, no or unknown: does it suffer?")
    ] = "unknown",
    by: Annotated[str, typer.Option(help="The reporter's role, never a name")] = "operator",
    as_json: AsJson = False,
) -> None:
    """Report an incident under the general plan (R8); prints its number.

    The gateway raises the alarm within a second and has the plan's run started.
    """
    from kitart.alerts.general import Seen, open_general
    from kitart.installation import Installation
    from kitart.plan.general import CUSTOMER_CARE

    if not 3 <= len(seen.strip()) <= 500:
        refuse("--seen is too short or too long; right would be one sentence", 2)
    if customer_care not in CUSTOMER_CARE:
        refuse(f"--customer-care is {customer_care!r}; right would be yes, no or unknown", 2)
    plan = the_plan(None)
    unknown = sorted(set(project or []) - {known.id for known in plan.projects})
    if unknown:
        names = ", ".join(known.id for known in plan.projects)
        refuse(f"--project is {unknown[0]!r}; right would be one of {names}", 2)
    report = Seen(
        seen=seen.strip(),
        reported_by=by,
        projects=tuple(project or []),
        customer_care=customer_care,
        systems=systems,
        cause_at=as_utc(the_moment(since, "--since")) if since else None,
    )
    inst = Installation(the_settings())
    with the_journals(inst.settings.journal_url) as (journal,), journal.write() as session:
        opened = open_general(session, plan, report, now=inst.clock.now())
        number, new = opened.incident.number, opened.new
    if as_json:
        typer.echo(json.dumps({"incident": number, "new": new}))
    else:
        typer.echo(number if new else f"{number} (the same was reported before; joined)")


@contact_app.command("test")
def begin_contact_test(
    roles: Annotated[
        list[str] | None, typer.Option(help="A role to test, e.g. ert; may be repeated; else all")
    ] = None,
    minutes: Annotated[
        int | None, typer.Option(min=2, max=1440, help="Time to answer; else the plan's limit")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Ask everybody of the matrix on each channel whether it reaches them (R50); prints the number.

    Every text says that it is an exercise, and nobody is paged. The gateway has the run started.
    """
    from kitart.alerts.contact_test import RealIncidentOpen, open_contact_test
    from kitart.installation import Installation

    plan = the_plan(None)
    known = tuple(dict.fromkeys(person.kind for person in plan.people))
    unknown = sorted(set(roles or []) - set(known))
    if unknown:
        refuse(f"--roles is {unknown[0]!r}; right would be one of {', '.join(known)}", 2)
    inst = Installation(the_settings())
    with the_journals(inst.settings.journal_url) as (journal,):
        try:
            with journal.write() as session:
                opened = open_contact_test(
                    session, plan, inst.clock, roles=roles or (), minutes=minutes
                )
                number, new = opened.incident.number, opened.new
        except RealIncidentOpen as real:
            refuse(str(real))
    if as_json:
        typer.echo(json.dumps({"incident": number, "new": new}))
    else:
        typer.echo(number if new else f"{number} (a test runs already; joined)")


@contact_app.command("show")
def show_contacts(as_json: AsJson = False) -> None:
    """The last test, what it showed, and when each contact was last verified (R50, D27)."""
    from kitart.reports import contact_list

    plan = the_plan(None)
    with the_journals(the_settings().journal_url) as (journal,), journal.read() as session:
        found = contact_list.overview(session, plan, _today(plan))
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    console = Console(markup=False, highlight=False)
    for part in contact_list.shown(found):
        console.print(part)


@contact_app.command("log")
def show_contact_log(as_json: AsJson = False) -> None:
    """Every contact that a test tried: channel, tested on, result, by whom; addresses masked."""
    from kitart.reports import contact_log

    with the_journals(the_settings().journal_url) as (journal,), journal.read() as session:
        found = contact_log.lines(session)
    if as_json:
        plain = [line.plain() for line in found]
        typer.echo(json.dumps(plain, ensure_ascii=False, indent=2))
        return
    console = Console(markup=False, highlight=False)
    for part in contact_log.shown(found):
        console.print(part)


@app.command("gateway")
def gateway(
    host: Annotated[str, typer.Option(help="Address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on")] = 8090,
) -> None:
    """Serve the gateway: webhooks, the pages behind links, the phone system's line modes.

    Links in messages begin with KITART_GATEWAY_URL: it must lead here.
    """
    import logging

    from kitart.gateway.app import create_app
    from kitart.gateway.serving import serve
    from kitart.installation import Installation
    from kitart.journal import upgrading
    from kitart.journal.database import JournalError
    from kitart.messaging import links
    from kitart.orchestrator import PrefectOrchestrator
    from kitart.prefect_events import PrefectEvents
    from kitart.prefect_forms import PrefectForms
    from kitart.prefect_starts import Starts

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    inst = Installation(the_settings())
    the_plan(None)
    try:
        upgrading.check(inst.journal)
        links.check_key(inst.settings)
    except (JournalError, ValueError) as trouble:
        refuse(str(trouble))
    serve(
        create_app(inst, PrefectOrchestrator(), PrefectForms(), PrefectEvents(), Starts()),
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
    )


def _all_problems(folder: Path) -> list[Problem]:
    from kitart.alerts.examples import source_problems

    try:
        plan, files = load_with_files(folder)
    except PlanError as trouble:
        return trouble.problems
    chats = the_settings().chat
    names = {"teams": chats.teams.keys(), "chat": chats.apprise.keys()}
    found = check_plan(plan, _today(plan), chats=names, verified=verified_by_tests())
    found = sorted([*found, *source_problems(plan)], key=lambda each: each.severity != "error")
    return [*placed(found, files), *_review_overdue(plan)]


def verified_by_tests() -> Verified:
    """What tests of the contact list verified; nothing where there is no journal of this version:
    a plan is checked before there is one."""
    from kitart.journal import contact_tests

    return of_journal(contact_tests.verified) or {}


def _review_overdue(plan: Plan) -> list[Problem]:
    """A warning while the plan's review is overdue (D27, R51)."""
    from kitart.journal import review_triggers

    now = the_settings().clock().now()
    due = of_journal(lambda session: review_triggers.due(session, plan, now))
    if due is None or due.on >= _today(plan):
        return []
    why = "; ".join(f"{each.reason} {each.reference}".strip() for each in due.reasons)
    said = f"overdue since {due.on} ({why}); 'kitart review begin' begins it"
    return [warning("review of the plan", said)]


def of_journal(work: Callable[[Session], T], *, writes: bool = False) -> T | None:
    """What a look at the journal gives, or one that ``writes``; ``None`` where there is none of
    this version, or it is away."""
    from sqlalchemy.exc import DBAPIError

    from kitart.journal import upgrading
    from kitart.journal.database import Journal, JournalError

    journal = Journal(the_settings().journal_url)
    try:
        upgrading.standing(journal)
        with journal.write() if writes else journal.read() as session:
            return work(session)
    except (JournalError, DBAPIError, OSError):
        return None
    finally:
        journal.close()


def _today(plan: Plan) -> date:
    now = the_settings().clock().now()
    return now.astimezone(ZoneInfo(plan.company.time_zone)).date()


def _count(number: int, word: str, words: str = "") -> str:
    return f"{number} {word}" if number == 1 else f"{number} {words or word + 's'}"
