"""``kitart watch``: how the systems and Kitart itself are, in the terminal."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Annotated, Any

import typer
from rich.console import Console

watch_app = typer.Typer(help="The health watch, and who watches it.", no_args_is_help=True)
LOOKED_BACK = timedelta(hours=24)


@watch_app.callback()
def _group() -> None:
    """The health watch, and who watches it."""


@watch_app.command("status")
def status(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text")] = False,
) -> None:
    """The last look at each system, and whether everything vital of ours works; ends with 1 when
    something does not, or when signs of life are kept back."""
    from kitart.cli import the_journals, the_plan, the_settings
    from kitart.installation import Installation

    plan = the_plan(None)
    inst = Installation(the_settings())
    with the_journals(inst.settings.journal_url):
        found = _found(inst, plan)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        console = Console(markup=False, highlight=False)
        for line in _lines(found):
            console.print(line, soft_wrap=True)
    if not found["ok"]:
        raise typer.Exit(1)


def _found(inst: Any, plan: Any) -> dict[str, Any]:
    from kitart.gateway import vital
    from kitart.journal import health
    from kitart.orchestrator import look_at_prefect

    parts = vital.look(inst, look_at_prefect)
    systems = [system for system in plan.systems if system.probe is not None]
    since = inst.clock.now() - LOOKED_BACK
    with inst.journal.read() as session:
        rows = health.probes(session, [system.id for system in systems], since)
        mark = health.marks(session).get(health.HEARTBEAT)
        announced = {system.id: health.announced(session, system.id) for system in systems}
    last = {row.system_id: row for row in rows}
    configured = bool(inst.settings.heartbeat.url.get_secret_value())
    sent = {
        "configured": configured,
        "last": mark.at_real.isoformat() if mark else None,
        "ok": mark.ok if mark else None,
        "why_not": mark.said if mark else "",
    }
    return {
        "ok": all(part.ok for part in parts) and (not configured or sent["ok"] is not False),
        "systems": [
            {
                "system": system.id,
                "state": last[system.id].state if system.id in last else "not looked at yet",
                "at": last[system.id].at.isoformat() if system.id in last else None,
                "latency_s": last[system.id].latency_s if system.id in last else None,
                "detail": last[system.id].detail if system.id in last else "",
                "maker_says": said.detail if (said := announced[system.id]) else "",
            }
            for system in systems
        ],
        "own_parts": [{"part": p.name, "ok": p.ok, "said": p.said} for p in parts],
        "sign_of_life": sent,
    }


def _lines(found: dict[str, Any]) -> list[str]:
    lines = ["Systems"]
    for each in found["systems"]:
        took = f", {each['latency_s']:.2f} s" if each["latency_s"] is not None else ""
        lines.append(f"  {each['system']:<14} {each['state']}{took}  {each['detail']}")
        if each["maker_says"]:
            lines.append(f"  {'':<14} {each['maker_says']}")
    lines.append("Our own parts")
    for part in found["own_parts"]:
        lines.append(f"  {part['part']:<14} {'ok  ' if part['ok'] else 'FAILS'} {part['said']}")
    sent = found["sign_of_life"]
    if not sent["configured"]:
        said = "none is sent: KITART_HEARTBEAT__URL is not set, so nobody hears of our own failure"
    elif sent["last"] is None:
        said = "none was sent yet: the gateway sends it"
    elif sent["ok"]:
        said = f"sent {sent['last']}"
    else:
        said = f"kept back since the look at {sent['last']}: {sent['why_not']}"
    return [*lines, "Sign of life", f"  {said}"]
