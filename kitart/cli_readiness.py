"""``kitart readiness``: what is weak, which hours, what would mend it (D27, R7)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

if TYPE_CHECKING:
    from kitart.installation import Installation
    from kitart.plan.schema import Plan
    from kitart.rules.readiness.result import Readiness

MOST_HOURS, MOST_MENDS = 15, 8


def readiness(
    out: Annotated[
        str,
        typer.Option(help="What is out for the hours: area (any one), nobody, area:HU-05, …"),
    ] = "area",
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep it as the look of today; nobody is told")
    ] = False,
    folder: Annotated[
        Path | None,
        typer.Option("--plan", metavar="DIR", help="Another plan's folder; else config_dir"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text")] = False,
) -> None:
    """Look at the plan and at every hour of the next 30 days, with nobody out, with each area,
    client or mobile operator out: what would hold, what not, what would mend it.

    Ends with 0 when nothing serious is found, 1 when something is, 2 when the plan can't be read,
    an option is wrong, or nothing can be kept. The age of a finding comes from the journal; without
    one every finding is of today.
    """
    from kitart.cli import refuse, the_settings
    from kitart.installation import Installation
    from kitart.plan.loading import PlanError, load_plan
    from kitart.rules.readiness.result import as_data

    found_settings = the_settings()
    if keep and folder is not None:
        refuse("--keep goes with the configured plan; right would be one of --keep and --plan", 2)
    try:
        plan = load_plan(folder or found_settings.config_dir)
    except PlanError as trouble:
        refuse(str(trouble), 2)
    inst = Installation(found_settings)
    _known(plan, out)
    found = _look(inst, plan, keep)
    if as_json:
        typer.echo(json.dumps(as_data(found), ensure_ascii=False, indent=1))
    else:
        for line in as_text(found, out):
            typer.echo(line)
    if found.serious:
        raise typer.Exit(1)


def as_text(found: Readiness, out: str) -> Iterator[str]:
    """The result for people: findings, what would help, the weakest hours under ``out``."""
    from kitart.rules.readiness.findings import SEVERITIES
    from kitart.rules.readiness.mending import standby_of
    from kitart.rules.readiness.outlook import NOBODY
    from kitart.rules.readiness.recurring import in_words
    from kitart.rules.readiness.weakest import only, weakest
    from kitart.rules.readiness.words import lifts_words

    at = found.at.astimezone(ZoneInfo(found.zone))
    yield f"Readiness at {at:%Y-%m-%d %H:%M %Z}, for {found.outlook.hours // 24} days."
    for severity in SEVERITIES:
        those = [each for each in found.findings if each.severity == severity]
        yield f"{severity}: {len(those)}"
        for each in those:
            yield f"  {each.code}, {each.where} (since {found.since[each.key]})"
            yield f"    {each.what}"
            yield f"    -> {each.mend}"
    yield "What would help most: one more native speaker on standby"
    for mend in found.mends[:MOST_MENDS]:
        outside = f" outside {', '.join(mend.outside)}" if mend.outside else ""
        yield f"  {mend.queue} {standby_of(mend.part)}{outside}: lifts {lifts_words(mend)}"
    kinds, seen = only(found.outlook, out)
    weak = weakest(seen, found.zone, kinds)
    what = "nobody out" if out == NOBODY else f"{out} out"
    yield f"The weakest hours, {what} ({found.zone}): {len(weak)}"
    for hours in weak[:MOST_HOURS]:
        when = in_words(hours.when.days, hours.when.start, hours.when.end)
        yield (
            f"  level {hours.level}  {hours.queue}  {when}  ({hours.when.hours} h)  "
            f"{', '.join(hours.causes)}"
        )
    if len(weak) > MOST_HOURS:
        yield f"  and {len(weak) - MOST_HOURS} more; the page and --json have them all"


def _look(inst: Installation, plan: Plan, keep: bool) -> Readiness:
    """With the ages that the journal knows, where there is one; kept when asked for."""
    from sqlalchemy.exc import DatabaseError

    from kitart.cli import refuse
    from kitart.journal import readiness as kept
    from kitart.journal import upgrading
    from kitart.journal.database import JournalError
    from kitart.messaging.readiness import look_alone, look_now

    try:
        upgrading.standing(inst.journal)
    except (JournalError, DatabaseError, OSError) as trouble:
        if keep:
            refuse(f"Nothing can be kept: {trouble}", 2)
        typer.echo(f"Every finding counts as found today: {trouble}", err=True)
        return look_alone(inst, plan)
    found = look_now(inst, plan)
    if keep:
        with inst.journal.write() as session:
            kept.keep(session, found)
    return found


def _known(plan: Plan, out: str) -> None:
    from difflib import get_close_matches

    from kitart.cli import refuse
    from kitart.rules.readiness.scenarios import Kind, scenarios

    keys = [each.key for each in scenarios(plan)] + [str(kind) for kind in Kind]
    if out not in keys:
        near = get_close_matches(out, keys, n=1, cutoff=0.5)
        right = near[0] if near else "area, nobody, client, operator or one like area:HU-05"
        refuse(f"--out is {out!r}, which the plan hasn't; right would be {right}", 2)
