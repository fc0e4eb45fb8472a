"""``kitart plan diff``: two versions of the plan, and what a manager reads of the difference."""

from __future__ import annotations

import json
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from kitart.plan.difference import Change
    from kitart.plan.schema import Plan

SAME, DIFFERENT, UNREADABLE = 0, 1, 2


def diff(
    old: Annotated[
        str,
        typer.Argument(
            metavar="OLD",
            help="A plan's folder, the hash of one in the journal (or its beginning), or an "
            "incident's number",
        ),
    ],
    new: Annotated[
        str | None, typer.Argument(metavar="[NEW]", help="The same; else the configured plan")
    ] = None,
    language: Annotated[str, typer.Option(help="en or hu")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text")] = False,
) -> None:
    """Say what differs between two versions of the plan, part by part (R51, D30).

    Addresses are masked. Ends with 0 when nothing differs, 1 when something does, 2 when one of
    the two can't be read.
    """
    from kitart.cli import refuse
    from kitart.language import LANGUAGES, in_language
    from kitart.plan.difference import differences
    from kitart.plan.difference_text import section_name, sentence

    if language not in LANGUAGES:
        refuse(f"--language is {language!r}; right would be one of {', '.join(LANGUAGES)}", 2)
    before, after = _plan("OLD", old), _plan("NEW", new)
    found = differences(before, after)
    if as_json:
        typer.echo(json.dumps(_for_machines(before, after, found, language), ensure_ascii=False,
                              indent=2))  # fmt: skip
    else:
        for section, changes in groupby(found, key=lambda change: change.section):
            typer.echo(_heading(in_language(section_name(section), language)))
            for change in changes:
                typer.echo(f"  {in_language(sentence(change), language)}")
        typer.echo(_summary(before, after, len(found), language))
    raise typer.Exit(DIFFERENT if found else SAME)


def _plan(argument: str, named: str | None) -> Plan:
    """The plan that an argument names; ends the command with 2 when there is none to read."""
    from pydantic import ValidationError

    from kitart.cli import refuse, the_journals, the_settings
    from kitart.journal import plans, upgrading
    from kitart.plan.loading import PlanError, load_plan
    from kitart.plan.schema import Plan

    folder = Path(named) if named is not None else the_settings().config_dir
    if named is None or folder.is_dir():
        try:
            return load_plan(folder)
        except PlanError as trouble:
            refuse(f"{argument} {folder} can't be read:\n{trouble}", UNREADABLE)
    if "/" in named or named in (".", ".."):
        refuse(f"{argument} is {named!r}: there is no such folder", UNREADABLE)
    with (
        the_journals(the_settings().journal_url, code=UNREADABLE) as (journal,),
        journal.read() as session,
    ):
        upgrading.check(journal)
        try:
            return Plan.from_snapshot(plans.found(session, named).body)
        except LookupError as trouble:
            refuse(f"{argument}: {trouble.args[0]}", UNREADABLE)
        except ValidationError as trouble:
            refuse(f"{argument}: the plan {named!r} in the journal is not one that this Kitart "
                   f"reads: {trouble.errors()[0]['msg']}", UNREADABLE)  # fmt: skip


def _heading(text: str) -> str:
    return text[:1].upper() + text[1:]


def _summary(before: Plan, after: Plan, number: int, language: str) -> str:
    from kitart.language import in_language, phrase

    old, new = before.version, after.version
    said = (
        phrase("{n} changes from version {old} to {new}.", n=number, old=old, new=new)
        if number
        else phrase("Nothing differs: version {old} and {new}.", old=old, new=new)
    )
    return in_language(said, language)


def _for_machines(
    before: Plan, after: Plan, found: tuple[Change, ...], language: str
) -> dict[str, object]:
    from kitart.language import in_language
    from kitart.plan.difference_text import safe, sentence

    changes = []
    for change in found:
        field = change.path[-1] if change.path else ""
        changes.append(
            {
                "section": change.section,
                "about": change.about,
                "path": list(change.path),
                "kind": change.kind,
                "old": safe(change.old, field),
                "new": safe(change.new, field),
                "text": in_language(sentence(change), language),
            }
        )
    return {"same": not found, "old": before.hash, "new": after.hash, "changes": changes}
