"""The morning look at how ready the plan is: kept, told where it got worse, shown (D27, R7)."""

from __future__ import annotations

from typing import Any

from prefect.artifacts import create_link_artifact, create_table_artifact

from kitart.installation import installation
from kitart.messaging import readiness as daily
from kitart.rules.readiness.findings import Severity
from kitart.rules.readiness.recurring import in_words
from kitart.rules.readiness.weakest import Weak, weakest
from tasks.steps import step

MOST_WEAK = 100


@step("look at the next thirty days")
def look() -> str:
    """Look as things are now, and keep it as the look of today; returns what was found."""
    found = daily.look_and_keep(installation())
    weak = sum(each.severity is Severity.WEAK for each in found.findings)
    return f"{found.day}: {found.serious} serious findings, {weak} weak"


@step("tell what got worse")
def tell_worse() -> dict[str, int]:
    """The account managers of the projects concerned; nobody when nothing did. Each once."""
    return daily.tell_worse(installation())


@step("show the result")
def show() -> None:
    """The findings, the weakest hours and what got worse as tables on the run."""
    inst = installation()
    found, things = daily.got_worse(inst)
    create_table_artifact(
        [
            {"severity": str(each.severity), "code": each.code, "where": each.where,
             "what": str(each.what), "mend": str(each.mend), "since": found.since[each.key]}
            for each in found.findings
        ],
        key="readiness-findings",
        description=f"Readiness on {found.day}: {found.serious} serious of "
        f"{len(found.findings)} findings",
    )  # fmt: skip
    create_table_artifact(
        [_row(each) for each in weakest(found.outlook, found.zone)[:MOST_WEAK]],
        key="readiness-weakest-hours",
        description="The weakest hours of the next 30 days, with nobody or one area out",
    )
    create_table_artifact(
        [{"what": str(thing.what), "projects": ", ".join(thing.projects)} for thing in things],
        key="readiness-worse",
        description=f"What got worse since the look before: {len(things)}",
    )
    what = "Readiness: what is weak, which hours, what would mend it"
    create_link_artifact(
        f"{inst.settings.gateway_url}{daily.PATH}", link_text=what, key="readiness-page",
        description=what,
    )  # fmt: skip


def _row(each: Weak) -> dict[str, Any]:
    when = each.when
    return {
        "queue": each.queue,
        "level": each.level,
        "when": str(in_words(when.days, when.start, when.end)),
        "hours": when.hours,
        "out": ", ".join(each.causes),
        "first": f"{when.first:%Y-%m-%d %H:%M} UTC",
    }
