"""Opening the incident and gathering the first facts (R8, R11, R47)."""

from __future__ import annotations

import logging
from datetime import datetime
from uuid import UUID

from prefect import get_client
from prefect.runtime import flow_run
from pydantic import BaseModel, Field, field_validator

from kitart.alerts.opening import KIND_OF, open_or_join
from kitart.clock import as_utc
from kitart.installation import installation
from kitart.journal import exercises, incidents, observations
from kitart.journal.database import Lease
from kitart.messaging.alarm import raise_alarm
from kitart.messaging.paper import tell_that_a_run_drives
from kitart.orchestrator import DEPLOYMENTS, run_name
from tasks.steps import step
from tasks.watching import look_at_system

log = logging.getLogger(__name__)

SHAREPOINT = "SHAREPOINT"


class SystemOffline(BaseModel):
    """What is needed to start the plan: which system, what is seen, since when, who says so."""

    system: str = Field(
        title="System that fails",
        description="Its code, as in the plan, like VCC, SHAREPOINT, CLIENT-CRM-2",
    )
    seen: str = Field(
        title="What is seen",
        min_length=3,
        max_length=500,
        description="One sentence, as a witness would say it; it stands in the record",
    )
    since: datetime | None = Field(
        default=None,
        title="Since when",
        description="When it began, if that is known; None means now",
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
        description="None: a new incident is opened, or the open one of this system is joined. "
        "A number, like INC-0142, takes that open incident up again",
    )

    @field_validator("since")
    @classmethod
    def _in_utc(cls, value: datetime | None) -> datetime | None:
        return None if value is None else as_utc(value)


@step("open or join the incident")
def open_incident(report: SystemOffline, managed_by: str) -> str:
    """The number of the incident this report opened or joined; the first alarm is raised.

    Raises ``KeyError`` naming a system or incident that is not known, ``ValueError`` when the
    system is not managed by whom this plan is for.
    """
    inst = installation()
    if report.incident is not None:
        with inst.journal.read() as session:
            row = incidents.get(session, report.incident)
        _right_plan(f"incident is {row.number}", row.kind, managed_by)
        return row.number
    owner = inst.current_plan().system(report.system).managed_by
    _right_plan(f"system is {report.system!r}, managed by the {owner}", KIND_OF[owner], managed_by)
    with inst.journal.write() as session:
        opened = open_or_join(
            session,
            inst.current_plan(),
            report.system,
            reported_by=report.reported_by,
            seen=report.seen,
            cause_at=report.since,
            now=inst.clock.now(),
        )
        observations.add(
            session, report.system, "down", "person", report.seen,
            now=inst.clock.now(), incident=opened.incident.number,
        )  # fmt: skip
    raise_alarm(inst, opened.incident.number)
    return opened.incident.number


def _right_plan(what: str, kind: str, managed_by: str) -> None:
    if kind != KIND_OF[managed_by]:
        raise ValueError(
            f"{what}: this is the plan for systems that the {managed_by} manages; "
            f"start the deployment {DEPLOYMENTS[kind]} instead"
        )


@step("gather the facts")
def gather_facts(lease: Lease) -> None:
    """Look at the failing system and at SharePoint, from our side and by announcement (R47)."""
    look_at_system(lease)
    inst = installation()
    with inst.journal.read() as session:
        looked_at = incidents.get(session, lease.incident).system_id
        plan = inst.plan_of(lease.incident)
        played = exercises.played_state(session, plan, lease.incident, SHAREPOINT)
    if looked_at != SHAREPOINT and played is not None:
        keep_look(lease, "probe", played, "as the exercise plays it")
    elif looked_at != SHAREPOINT:
        found = inst.microsoft.probe()
        keep_look(lease, "probe", found.state, found.detail)
    announced = inst.microsoft.announced_health()
    keep_look(lease, "announcement", announced.state, announced.word or "no word")


def keep_look(lease: Lease, source: str, state: str, detail: str) -> None:
    """Record one look at SharePoint: our own probe, or Microsoft's announcement (E42)."""
    inst = installation()
    with inst.journal.write(lease) as session:
        observations.add(
            session, SHAREPOINT, state, source, detail,
            now=inst.clock.now(), incident=lease.incident,
        )  # fmt: skip


@step("tell people to put the paper plan away")
def tell_that_paper_is_over(lease: Lease) -> None:
    """Whoever was told to work from the paper plan hears that this run drives now (D17)."""
    tell_that_a_run_drives(installation(), lease)


async def name_run(incident: str) -> None:
    """Give the run the name that the incident has by now: ``INC-0142 · VCC offline``."""
    inst = installation()
    run = flow_run.get_id()
    if run is None:
        return
    with inst.journal.read() as session:
        row = incidents.get(session, incident)
    try:
        async with get_client() as client:
            await client.update_flow_run(UUID(run), name=run_name(row, max(1, row.lease_fence)))
    except Exception as error:
        # A name is for the eye: no failure of Prefect's API may end the incident's run.
        log.warning("the run of %s keeps its first name: %s", incident, error)
