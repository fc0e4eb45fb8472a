"""``kitart db backup`` and ``kitart db restore``: the journal in one file, and back (D1)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file to write")],
) -> None:
    """Write the whole journal to a file while everything runs."""
    from kitart.cli import said_of, the_journals, the_settings
    from kitart.journal import backing_up

    with the_journals(the_settings().journal_url) as (journal,):
        found = backing_up.back_up(journal, file)
    for number, place in found.broken.items():
        typer.echo(f"{number}: the record is broken from entry {place} on", err=True)
    typer.echo(f"{file}: {said_of(found)}.")
    if found.broken:
        raise typer.Exit(1)


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What 'kitart db backup' wrote")],
) -> None:
    """Put a backup into an empty journal and check every record in it.

    Stop the gateways and the workers first. A journal that has anything in it is left alone.
    """
    from kitart.cli import said_of, the_journals, the_settings
    from kitart.journal import backing_up

    with the_journals(the_settings().journal_url) as (journal,):
        found = backing_up.restore(journal, file)
    typer.echo(f"{said_of(found)}: every record is whole.")
