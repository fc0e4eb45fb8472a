"""``kitart plan print``, ``kitart plan matrix``: the plan on paper (D17, R50)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

FORMATS = ("html", "pdf", "csv", "json")


def print_plan(
    role: Annotated[
        str | None, typer.Option(metavar="KIND", help="A kind of role, like supervisor; else all")
    ] = None,
    language: Annotated[str | None, typer.Option(help="hu or en; else both")] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the files go")] = Path(),
    folder: Annotated[
        Path | None, typer.Option("--dir", help="The plan's folder; else config_dir")
    ] = None,
) -> None:
    """Print the plan, the matrix and blank forms for each role, to be kept on paper (D17).

    Where no PDF can be made, HTML files are written and a note says what is missing.
    """
    from kitart.cli import refuse, the_plan, the_settings, verified_by_tests
    from kitart.reports.paper import printing
    from kitart.reports.pdf import PdfNotMade

    if role is not None and role not in printing.ROLES:
        refuse(f"--role is {role!r}; right would be one of {', '.join(printing.ROLES)}", 2)
    if language is not None and language not in printing.LANGUAGES:
        refuse(f"--language is {language!r}; right would be one of "
               f"{', '.join(printing.LANGUAGES)}", 2)  # fmt: skip
    plan, found = the_plan(folder), the_settings()
    now, places = found.clock().now(), found.templates_dir
    verified = printing.verified_days(plan, verified_by_tests())
    out.mkdir(parents=True, exist_ok=True)
    why = ""
    for kind in [role] if role else printing.ROLES:
        for each in [language] if language else printing.LANGUAGES:
            html = printing.as_html(
                plan, kind, each, printed_at=now, verified=verified, templates_dir=places
            )
            try:
                content, ending = (
                    printing.as_pdf(html, plan, printed_at=now, templates_dir=places),
                    "pdf",
                )
            except PdfNotMade as trouble:
                content, ending, why = html.encode(), "html", str(trouble)
            path = out / printing.file_name(plan, kind, each, ending)
            path.write_bytes(content)
            typer.echo(str(path))
    if why:
        typer.echo(f"HTML instead of PDF: {why}", err=True)


def print_matrix(
    format: Annotated[str, typer.Option(metavar="FORMAT", help="html, pdf, csv or json")] = "pdf",
    language: Annotated[str, typer.Option(help="hu or en")] = "en",
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Where the file goes; else a PDF goes here, text to the screen"
        ),
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--dir", help="The plan's folder; else config_dir")
    ] = None,
) -> None:
    """Write the escalation matrix: each role with every field, the chain, what is not set (R50).

    Where no PDF can be made, an HTML file is written and a note says what is missing.
    """
    from kitart.cli import refuse, the_plan, the_settings, verified_by_tests
    from kitart.reports.paper import matrix, printing
    from kitart.reports.pdf import PdfNotMade

    if format not in FORMATS:
        refuse(f"--format is {format!r}; right would be one of {', '.join(FORMATS)}", 2)
    if language not in printing.LANGUAGES:
        refuse(f"--language is {language!r}; right would be one of "
               f"{', '.join(printing.LANGUAGES)}", 2)  # fmt: skip
    plan, found = the_plan(folder), the_settings()
    now, places = found.clock().now(), found.templates_dir
    view = matrix.matrix(plan, language, made_at=now, verified=verified_by_tests())
    if format == "csv":
        content = matrix.as_csv(view).encode()
    elif format == "json":
        content = matrix.as_json(view).encode() + b"\n"
    else:
        content = matrix.as_html(view, places).encode()
    if format == "pdf":
        try:
            content = printing.as_pdf(content.decode(), plan, printed_at=now, templates_dir=places)
        except PdfNotMade as trouble:
            format = "html"
            typer.echo(f"HTML instead of PDF: {trouble}", err=True)
        out = out or Path()
    if out is None:
        typer.echo(content, nl=False)
        return
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"matrix_{language}_{view.version}.{format}"
    path.write_bytes(content)
    typer.echo(str(path))
