"""Starting the plan for an unusable place of work: which agents can't work (R17, R18)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field, field_validator, model_validator

from kitart.alerts.workplace import report_outage
from kitart.clock import as_utc
from kitart.installation import installation
from kitart.journal import outage_reports
from kitart.journal.outage_reports import Said
from kitart.messaging.alarm import raise_alarm
from kitart.plan.workplace import WORKPLACE_UNUSABLE
from tasks.going_on import go_on_with
from tasks.steps import step


class AgentsOut(BaseModel):
    """What is needed to start the plan: who can't work, and what of it is known."""

    agents: list[str] = Field(
        default_factory=list,
        title="Agents who can't work",
        description="Their codes, like AG-014; at least one, unless an incident is taken up again",
    )
    what: Literal["power", "internet", "device", "health", "other"] = Field(
        default="other", title="What happened"
    )
    safe: Literal["yes", "no", "help", "unknown"] = Field(
        default="unknown",
        title="Are they safe?",
        description="Safety first: nobody who is not safe is asked to move or to work",
    )
    can_move: Literal["yes", "no", "unknown"] = Field(
        default="unknown",
        title="Can they move within 30 minutes?",
        description="To a place as secure and private; a forecast, nobody waits for it to pass",
    )
    since: datetime | None = Field(default=None, title="Since when", description="None means now")
    until: datetime | None = Field(
        default=None, title="Until when", description="Their own forecast; None: not known"
    )
    reported_by: Literal["supervisor", "account_manager", "ert", "it_manager"] = Field(
        default="supervisor", title="Reported by", description="The role of who reports it"
    )
    incident: str | None = Field(
        default=None,
        title="Incident to go on with",
        pattern=r"^INC-\d{4,}$",
        description="None: a new incident is opened, or the open one of the same cause is joined. "
        "A number, like INC-0142, takes that open incident up again",
    )

    @field_validator("since", "until")
    @classmethod
    def _in_utc(cls, value: datetime | None) -> datetime | None:
        return None if value is None else as_utc(value)

    @model_validator(mode="after")
    def _somebody(self) -> AgentsOut:
        if not self.agents and self.incident is None:
            raise ValueError("agents is empty; right would be at least one code, like AG-014")
        return self


@step("open or join the incident")
def open_agents_incident(report: AgentsOut) -> str:
    """The number of the incident this report opened, joined or goes on with; the first alarm is
    raised.

    Raises ``KeyError`` naming an agent or incident that is not known, ``ValueError`` when the
    incident follows another plan, or when none of the agents is expected at work.
    """
    inst = installation()
    plan, now = inst.current_plan(), inst.clock.now()
    number = report.incident
    if number is not None:
        go_on_with(inst, number, WORKPLACE_UNUSABLE)
    for code in report.agents:
        agent = plan.agent(code)
        project, _, language = agent.queue.partition("/")
        said = Said(
            agent=code, project=project, language=language, area=agent.area,
            reported_by=report.reported_by, role=report.reported_by, safe=report.safe,
            what=report.what, can_move=report.can_move, occurred_at=min(report.since or now, now),
            until=report.until,
        )  # fmt: skip
        form = f"form:{code}:{said.occurred_at.isoformat()}:{said.words}"
        with inst.journal.write() as session:
            made = report_outage(session, plan, form, said, now=now, incident=report.incident)
            standing = outage_reports.of_agent(session, code)
            known = made.incident if made else standing.incident if standing else None
        number = number or known
    if number is None:
        raise ValueError(
            f"agents are {', '.join(report.agents)}: none of them is at work now or soon, so no "
            "seat is lost; the reports are kept"
        )
    raise_alarm(inst, number)
    return number
