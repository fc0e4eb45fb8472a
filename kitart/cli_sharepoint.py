"""``kitart sharepoint init``: register, probe list and library columns, made once (D18)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from kitart.connecting.site import Part

sharepoint_app = typer.Typer(help="The site in SharePoint: set it up.", no_args_is_help=True)


@sharepoint_app.callback()
def _group() -> None:
    """One command may be the first of several."""


@sharepoint_app.command("init")
def init(
    check: Annotated[bool, typer.Option("--check", help="Look only, make nothing")] = False,
    sign_in: Annotated[
        bool,
        typer.Option("--sign-in", help="Sign in yourself with a code, instead of the application"),
    ] = False,
    client_id: Annotated[
        str,
        typer.Option(metavar="ID", help="With --sign-in: another registration, a public client"),
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text")] = False,
) -> None:
    """Make the register list, the probe's list, the library's columns and its folder.

    What is there already is left as it is, and nothing is ever deleted: run it as often as you
    like. Ends with 1 when something is missing, wrong or could not be made (docs/connect.md).
    """
    from kitart.cli import refuse, the_settings
    from kitart.connecting.site import GOOD, set_up
    from kitart.connectors.errors import ConnectorError
    from kitart.connectors.microsoft.graph import Graph
    from kitart.connectors.microsoft.setup import SiteSetup
    from kitart.connectors.microsoft.sharepoint import Site
    from kitart.connectors.microsoft.sign_in import sign_in as signed_in

    if client_id and not sign_in:
        refuse("--client-id is given without --sign-in; right would be both, or none", 2)
    found = the_settings().microsoft
    try:
        tokens = (
            signed_in(found, lambda words: typer.echo(words, err=True), client_id=client_id)
            if sign_in
            else None
        )
        graph = Graph(found, tokens)
        parts = set_up(SiteSetup(graph, Site(graph, found)), found, only_look=check)
    except ConnectorError as trouble:
        refuse(f"SharePoint: {trouble.message}")
    if as_json:
        typer.echo(json.dumps([asdict(part) for part in parts], ensure_ascii=False, indent=2))
    else:
        _show(parts)
    if any(part.state not in GOOD for part in parts):
        raise typer.Exit(1)


def _show(parts: Sequence[Part]) -> None:
    table = Table()
    for heading in ("Where", "What", "State"):
        table.add_column(heading, overflow="fold")
    for part in parts:
        table.add_row(part.place, part.name or "the list itself", part.state)
    console = Console(markup=False, highlight=False)
    console.print(table)
    # Beside the table, since a note holds an address that is to be copied.
    for note, of in _notes(parts).items():
        more = f" and {len(of) - 1} more" if len(of) > 1 else ""
        typer.echo(f"{of[0]}{more}: {note}")
    counts = Counter(part.state for part in parts)
    said = ", ".join(f"{n} {state}" for state, n in counts.items())
    typer.echo("Nothing to do: all is there." if set(counts) == {"there"} else f"{said}.")


def _notes(parts: Sequence[Part]) -> dict[str, list[str]]:
    notes: dict[str, list[str]] = {}
    for part in parts:
        if part.note:
            notes.setdefault(part.note, []).append(f"{part.place} {part.name}".strip())
    return notes
