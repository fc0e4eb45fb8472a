"""``kitart line``: calling a line as a caller does, and hearing what answers (R42, E41, E45)."""

from __future__ import annotations

import json
from typing import Annotated, Literal

import typer

line_app = typer.Typer(help="The lines: call one and hear what answers.", no_args_is_help=True)

CANNOT = 2


@line_app.command("test")
def call(
    code: Annotated[str, typer.Argument(metavar="LINE", help="Its code in the plan, like line-11")],
    expect: Annotated[
        Literal["normal", "voicemail", "notice"] | None,
        typer.Option("--expect", help="What should answer; else as the phone system routes it"),
    ] = None,
    incident: Annotated[
        str, typer.Option("--incident", help="The incident whose record the call goes into")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,
) -> None:
    """Call a line now, hear what answers, and on voicemail leave a message and find it.

    Ends with 0 where it is as it should be, 1 where it is not, 2 where no call can be placed.
    """
    from kitart.cli import refuse, the_journals, the_plan, the_settings
    from kitart.connectors.errors import ConnectorError
    from kitart.installation import Installation
    from kitart.journal import incidents, line_calls
    from kitart.messaging.line_calls import call_line, can_call, recordings_in
    from kitart.messaging.line_words import finding
    from kitart.rules.line_proof import faults

    inst, plan = Installation(the_settings()), the_plan(None)
    known = next((line for line in plan.lines if line.id == code), None)
    if known is None:
        there = ", ".join(line.id for line in plan.lines)
        refuse(f"LINE is {code!r}, which is no line of the plan; right would be one of {there}", 2)
    if not can_call(inst):
        refuse(
            f"Kitart can't call: {inst.line_prober.lacking} (docs/connect.md, step 6). Call "
            f"{known.number} yourself: what do you hear?",
            CANNOT,
        )
    try:
        wanted = expect or inst.voice.routing(code).mode
    except ConnectorError as error:
        refuse(f"how {code} is routed is not known ({error.message}): name it with --expect", 2)
    if incident:
        with the_journals(inst.settings.journal_url) as (journal,):
            try:
                with journal.read() as session:
                    incidents.get(session, incident)
            except LookupError:
                refuse(f"--incident is {incident!r}: there is no such incident", 2)
            occasion = f"on demand:{inst.clock.now().isoformat()}"
            seen = call_line(inst, journal.write, incident, code, wanted, occasion)
        if seen is None or "met" not in seen:
            refuse("no call could be placed; the incident's record says why", CANNOT)
    else:
        languages = recordings_in(plan, code, wanted)
        try:
            heard = inst.fenced("").probe(known, languages, message=wanted == "voicemail")
        except ConnectorError as error:
            refuse(error.message, CANNOT)
        seen = line_calls.as_data(known, heard, faults(heard, wanted, languages), wanted, "")
    ok = line_calls.proves(seen)
    if as_json:
        typer.echo(json.dumps({**seen, "proved": ok}))
    else:
        typer.echo(f"{known.number} ({known.project}/{known.lang}), {wanted} expected")
        typer.echo(f"{'Proved' if ok else 'NOT PROVED'}: {finding(plan, seen)}")
    raise typer.Exit(0 if ok else 1)
