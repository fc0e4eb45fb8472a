"""``kitart prefect-server``: Prefect's own server, safe on SQLite."""

from __future__ import annotations

import typer

PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


def prefect_server(context: typer.Context) -> None:
    """Start Prefect's server: the same one, with the options of ``prefect server start``, but on
    SQLite it never stands still for a minute."""
    from kitart.prefect_server import serve

    serve(context.args)
