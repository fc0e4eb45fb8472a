"""``kitart doctor``: what is wrong now, and what to do (D21)."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text")] = False,
) -> None:
    """Say what is wrong now, the worst first: since when, what it means, what to type.

    Looks at journal, gateway, Prefect, incidents without a run, and what waits for too long; each
    look has a few seconds. Changes nothing. Ends with 0 when nothing is wrong, 1 when something
    is, 2 when it could not look at all.
    """
    from kitart.cli import the_settings
    from kitart.doctor import showing
    from kitart.doctor.examining import examine
    from kitart.doctor.finding import is_wrong
    from kitart.installation import Installation
    from kitart.prefect_look import make_ready

    inst = Installation(the_settings(2))
    make_ready()
    found = examine(inst)
    inst.journal.close()
    if as_json:
        typer.echo(json.dumps(showing.as_data(found), ensure_ascii=False, indent=2))
    else:
        console = Console(markup=False, highlight=False)
        for part in showing.shown(found, console.width):
            console.print(part, soft_wrap=True)
    if found.seen_nothing:
        raise typer.Exit(2)
    if any(is_wrong(each) for each in found.findings):
        raise typer.Exit(1)
