"""``kitart review``: when the plan is to be reviewed, beginning a review, its record."""

from __future__ import annotations

import json
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kitart.installation import Installation

review_app = typer.Typer(help="The review of the plan.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text")]


@review_app.command("begin")
def begin(
    words: Annotated[str, typer.Argument(metavar="WORDS", help="Why, in one sentence")],
    reason: Annotated[
        str, typer.Option(help="request, law (of a law or a contract) or audit")
    ] = "request",
    as_json: AsJson = False,
) -> None:
    """Begin a review of the plan, or add a reason to the open one; prints the number (R51).

    Nobody is paged: it is written on the page /review, with what Kitart knows beside each item.
    """
    from kitart.cli import refuse, the_journals, the_plan, the_settings
    from kitart.installation import Installation
    from kitart.journal import reviews, upgrading
    from kitart.messaging import reviewing
    from kitart.rules.review import BY_PEOPLE, Trigger

    chosen = next((each for each in BY_PEOPLE if each == reason), None)
    if chosen is None:
        refuse(f"--reason is {reason!r}; right would be one of {', '.join(BY_PEOPLE)}", 2)
    if not words.strip():
        refuse("WORDS is empty; right would be one sentence that says why", 2)
    plan = the_plan(None)
    inst = Installation(the_settings())
    now = inst.clock.now()
    with the_journals(inst.settings.journal_url) as (journal,):
        upgrading.check(journal)
        with journal.write() as session:
            opened = reviewing.open_review(session, inst, plan, "operator")
            number, new = opened.incident.number, opened.new
            trigger = Trigger(chosen, now.astimezone(UTC).date())
            reviews.give_reasons(session, number, [trigger], words=words.strip(), now=now)
    if as_json:
        typer.echo(json.dumps({"incident": number, "new": new, "page": _page(inst)}))
    else:
        typer.echo(f"{number}: {_page(inst)}" if new else
                   f"{number} (a review is open already; joined): {_page(inst)}")  # fmt: skip


@review_app.command("show")
def show(as_json: AsJson = False) -> None:
    """When the next review is due and why, how far the open one is, and who has read the version
    in force; ends with 1 when it is overdue."""
    from kitart.cli import the_journals, the_settings
    from kitart.installation import Installation
    from kitart.journal import upgrading

    inst = Installation(the_settings())
    with the_journals(inst.settings.journal_url) as (journal,):
        upgrading.check(journal)
        with journal.read() as session:
            found = _found(inst, session)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        for line in _lines(found):
            typer.echo(line)
    if found["overdue"]:
        raise typer.Exit(1)


@review_app.command("record")
def record(
    language: Annotated[str, typer.Option(help="en or hu")] = "en",
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the file goes")] = Path(),
    html: Annotated[bool, typer.Option("--html", help="HTML instead of PDF")] = False,
) -> None:
    """Write the record of the open review, or of the last one, as a PDF.

    Where no PDF can be made, an HTML file is written and a note says what is missing.
    """
    from kitart.cli import refuse, the_journals, the_settings
    from kitart.installation import Installation
    from kitart.journal import reviews, upgrading
    from kitart.language import LANGUAGES
    from kitart.messaging import review_record
    from kitart.reports.letterhead import letterhead_of
    from kitart.reports.pdf import PdfNotMade, pdf_of

    if language not in LANGUAGES:
        refuse(f"--language is {language!r}; right would be one of {', '.join(LANGUAGES)}", 2)
    inst = Installation(the_settings())
    now, plan = inst.clock.now(), inst.current_plan()
    with the_journals(inst.settings.journal_url) as (journal,):
        upgrading.check(journal)
        with journal.read() as session:
            row = reviews.open_one(session) or reviews.newest(session)
            if row is None:
                refuse("There is no review yet: 'kitart review begin' begins one.")
            made = review_record.make(
                inst, session, row.number, language, now,
                status="draft" if row.closed_at is None else "approved",
            )  # fmt: skip
    content, path = made.html.encode(), out / made.file_name
    if not html:
        try:
            content = pdf_of(
                made.html, now, letterhead=letterhead_of(plan, "internal"),
                company=plan.company.name, templates_dir=inst.settings.templates_dir,
            )  # fmt: skip
            path = path.with_suffix(".pdf")
        except PdfNotMade as trouble:
            typer.echo(f"HTML instead of PDF: {trouble}", err=True)
    out.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    typer.echo(str(path))


def _page(inst: Installation) -> str:
    from kitart.messaging.reviewing import review_page

    return review_page(inst)


def _found(inst: Installation, session: Session) -> dict[str, Any]:
    from zoneinfo import ZoneInfo

    from kitart.journal import review_triggers, reviews
    from kitart.messaging import plan_versions

    plan, now = inst.current_plan(), inst.clock.now()
    due = review_triggers.due(session, plan, now)
    today = now.astimezone(ZoneInfo(plan.company.time_zone)).date()
    open_one, last = reviews.open_one(session), reviews.last_approved(session)
    version = plan_versions.in_force(session, last.number) if last else None
    read = (
        plan_versions.readers(session, inst.plan_with_hash(session, version.hash), version)
        if version
        else []
    )
    return {
        "due_on": due.on.isoformat(),
        "overdue": due.on < today,
        "reasons": [
            {"reason": each.reason, "on": each.on.isoformat(), "about": each.reference}
            for each in due.reasons
        ],
        "open": open_one.number if open_one else None,
        "in_force": {
            "review": version.number,
            "version": version.version,
            "from": version.effective_on.isoformat(),
            "read": sum(each.read_at is not None for each in read),
            "not_read": [each.person for each in read if each.read_at is None],
        }
        if version
        else None,
    }


def _lines(found: dict[str, Any]) -> list[str]:
    lines = [f"The next review is due on {found['due_on']}"
             f"{': it is overdue' if found['overdue'] else ''}."]  # fmt: skip
    for each in found["reasons"]:
        about = f" {each['about']}" if each["about"] else ""
        since = f", since {each['on']}" if each["reason"] != "scheduled" else ": the yearly one"
        lines.append(f"  {each['reason']}{about}{since}")
    if found["open"]:
        lines.append(f"Open: {found['open']}")
    version = found["in_force"]
    if version is None:
        lines.append("No version was put into force by a review yet.")
    else:
        lines.append(f"In force: version {version['version']} from {version['from']}, by "
                     f"{version['review']}; read by {version['read']}.")  # fmt: skip
        if version["not_read"]:
            lines.append(f"  not yet by {', '.join(version['not_read'])}")
    return lines
