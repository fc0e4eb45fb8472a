"""Starting the general plan: what somebody sees, whoever it is (R8, R11)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field, field_validator

from kitart.alerts.general import Seen, open_general
from kitart.clock import as_utc
from kitart.installation import installation
from kitart.messaging.alarm import raise_alarm
from kitart.plan.general import GENERAL_RESPONSE
from tasks.going_on import go_on_with
from tasks.steps import step


class GeneralReport(BaseModel):
    """What is needed to start the general plan: what is seen, and what of it is known."""

    seen: str = Field(
        title="What is seen",
        min_length=3,
        max_length=500,
        description="One sentence, as a witness would say it; it stands in the record",
    )
    projects: list[str] = Field(
        default_factory=list,
        title="Projects affected",
        description="Their codes, like ALPHA; none when none is known: then each may be affected",
    )
    systems: str = Field(
        default="",
        title="Systems affected",
        max_length=200,
        description="In your words, if known. A system of the register has a plan of its own: "
        "start that, or let the ERT lead say so",
    )
    since: datetime | None = Field(
        default=None,
        title="Since when",
        description="When it began, if that is known; None means now",
    )
    customer_care: Literal["yes", "no", "unknown"] = Field(
        default="unknown",
        title="Does customer care suffer?",
        description="Unless the answer is no, the account managers are told at once",
    )
    reported_by: str = Field(
        default="operator",
        title="Reported by",
        max_length=80,
        description="The role of the person who reports it, never a name",
    )
    incident: str | None = Field(
        default=None,
        title="Incident to go on with",
        pattern=r"^INC-\d{4,}$",
        description="None: a new incident is opened, or the open one that the same report opened "
        "is joined. A number, like INC-0142, takes that open incident up again",
    )

    @field_validator("since")
    @classmethod
    def _in_utc(cls, value: datetime | None) -> datetime | None:
        return None if value is None else as_utc(value)


@step("open or join the incident")
def open_general_incident(report: GeneralReport) -> str:
    """The number of the incident this report opened or joined; the first alarm is raised.

    Raises ``KeyError`` naming a project or incident that is not known, ``ValueError`` when the
    incident follows another plan.
    """
    inst = installation()
    if report.incident is not None:
        return go_on_with(inst, report.incident, GENERAL_RESPONSE)
    with inst.journal.write() as session:
        opened = open_general(
            session,
            inst.current_plan(),
            Seen(
                seen=report.seen,
                reported_by=report.reported_by,
                projects=tuple(report.projects),
                customer_care=report.customer_care,
                systems=report.systems,
                cause_at=report.since,
            ),
            now=inst.clock.now(),
        )
        number = opened.incident.number
    raise_alarm(inst, number)
    return number
