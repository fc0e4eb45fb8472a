"""``kitart plan print``, ``kitart plan matrix``: the plan on paper (D17, R50)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kitart.journal.offline_copies import What
    from kitart.plan.schema import Plan

FORMATS = ("html", "pdf", "csv", "json")
NOT_NOTED = "Not recorded as printed: there is no journal of this version ('kitart db upgrade')"


def print_plan(
    role: Annotated[
        str | None, typer.Option(metavar="KIND", help="A kind of role, like supervisor; else all")
    ] = None,
    person: Annotated[
        str | None,
        typer.Option(metavar="CODE", help="One role holder's copy, like SV-1; else for all"),
    ] = None,
    language: Annotated[str | None, typer.Option(help="hu or en; else both")] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the files go")] = Path(),
    folder: Annotated[
        Path | None, typer.Option("--dir", help="The plan's folder; else config_dir")
    ] = None,
) -> None:
    """Print the plan, the matrix and blank forms for each role, to be kept on paper (D17).

    Where no PDF can be made, HTML files are written and a note says what is missing. Each file is
    in the journal as a copy of the person, or of everybody who holds the role.
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
    if person is not None:
        role = _role_of(plan, person, role)
    now, places = found.clock().now(), found.templates_dir
    verified = printing.verified_days(plan, verified_by_tests())
    made: list[tuple[str, str, str]] = []
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
            made.append((kind, each, ending))
            typer.echo(str(path))
    if why:
        typer.echo(f"HTML instead of PDF: {why}", err=True)
    _note(plan, "plan", made, person or "")


def _role_of(plan: Plan, person: str, role: str | None) -> str:
    """The kind of role of a person; refuses an unknown code, and another role beside it."""
    from kitart.cli import refuse

    holder = next((each for each in plan.people if each.id == person), None)
    if holder is None:
        refuse(f"--person is {person!r}; right would be a code of people.yaml", 2)
    if role not in (None, holder.kind):
        refuse(f"{person} is {holder.kind}; right would be --person without --role", 2)
    return holder.kind


def _note(plan: Plan, what: What, made: list[tuple[str, str, str]], person: str = "") -> None:
    """Record what was printed, each as role, language and form; a plan is printed all the same
    before there is a journal, and while it is away."""
    from kitart.cli import of_journal, the_settings
    from kitart.journal import offline_copies

    now = the_settings().clock().now()

    def write(session: Session) -> bool:
        for role, language, form in made:
            offline_copies.note(session, plan, what, form, language, offline_copies.OPERATOR,
                                role=role, person=person, now=now)  # fmt: skip
        return True

    if not of_journal(write, writes=True):
        typer.echo(NOT_NOTED, err=True)


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
    _note(plan, "matrix", [("", language, format)])
    if out is None:
        typer.echo(content, nl=False)
        return
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"matrix_{language}_{view.version}.{format}"
    path.write_bytes(content)
    typer.echo(str(path))
