"""``kitart incident resume``: the hand for an incident that nobody drives (D21)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kitart.gateway.resuming import Resumed

MOST_NAMED = 10


def resume(
    number: Annotated[str, typer.Argument(metavar="INCIDENT", help="Its number, like INC-0142")],
    by: Annotated[
        str, typer.Option("--by", help="The code or role of who asks, never a name")
    ] = "operator",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text")] = False,
) -> None:
    """Ask for a new run of an incident at once, whatever was asked for before.

    Safe at any time: of two runs one drives, the other ends by itself. Ends with 0 when a run was
    asked for or none is needed, 1 when Prefect did not take it, 2 when there is no such incident.
    """
    from kitart.cli import refuse, the_journals, the_settings
    from kitart.gateway.resuming import resume as ask
    from kitart.installation import Installation
    from kitart.orchestrator import PrefectOrchestrator

    if not 2 <= len(by.strip()) <= 40:
        refuse(f"--by is {by!r}; right would be a code or a role, like IT-MGR", 2)
    inst = Installation(the_settings())
    with the_journals(inst.settings.journal_url) as (journal,):
        try:
            found = ask(inst, PrefectOrchestrator(), number.upper(), by.strip())
        except LookupError:
            with journal.read() as session:
                refuse(f"INCIDENT is {number!r}; right would be {_right(session)}", 2)
        finally:
            inst.journal.close()
    if as_json:
        since = found.since.isoformat() if found.since else None
        typer.echo(
            json.dumps(
                {"incident": number.upper(), "became": found.became, "run": found.run,
                 "since": since, "why": found.why}
            )
        )  # fmt: skip
    else:
        typer.echo(_said(number.upper(), found))
    if found.became == "refused":
        raise typer.Exit(1)


def _right(session: Session) -> str:
    from kitart.journal import incidents

    open_ones = [row.number for row in incidents.unsettled(session)]
    if not open_ones:
        return "the number of an incident that is not finished; there is none now"
    return "one of " + ", ".join(open_ones[-MOST_NAMED:])


def _said(number: str, found: Resumed) -> str:
    since = f"{found.since:%Y-%m-%d %H:%M:%S} UTC" if found.since else "a moment ago"
    if found.became == "settled":
        return f"{number}: nothing is left to do since {since}. No run was asked for."
    if found.became == "driven":
        return (
            f"{number}: run {found.run} drives it since {since}. No other was asked for.\n"
            "If nothing moves all the same, 'kitart doctor' says what waits for whom."
        )
    if found.became == "being asked":
        return (
            f"{number}: somebody else asked for a run in this very moment, which does as well.\n"
            "Look in half a minute: 'kitart doctor'."
        )
    if found.became == "refused":
        return (
            f"{number}: no run comes. {found.why}\n"
            "1. Start Prefect's server: 'kitart prefect-server', or 'docker compose up -d "
            "prefect-api'.\n"
            "2. Meanwhile the gateway raises alarms and asks again; work from the paper plan.\n"
            "3. Then the gateway asks for a run by itself within ten seconds: 'kitart doctor'."
        )
    return (
        f"{number}: run {found.run} was asked for. It drives the incident within seconds.\n"
        "Look in half a minute: 'kitart doctor'. If no run drives it then, it says why."
    )
