"""Incidents and the right to drive them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from kitart.clock import lasts
from kitart.journal import timeline
from kitart.journal.database import Lease, LeaseLost
from kitart.journal.hashing import first_hash
from kitart.journal.once import Turn, insert_once, take_turn
from kitart.journal.tables import Hold, Incident, TimelineEntry
from kitart.plan.reviewed import NO_DISRUPTIONS

# Technical limits, on real time: a driver that missed three renewals has died.
LEASE_LENGTH = timedelta(seconds=15)
LEASE_RENEWAL_S = 5.0

RUN_BEGAN, RUN_TOOK_OVER = "run began", "run took over"
RUN_BEGINS = (RUN_BEGAN, RUN_TOOK_OVER)
"""Entries by which a run has begun to drive an incident; each names its run."""

SCHEDULE = "schedule"
"""Reports for nobody: a test that begins by its calendar."""
UNCLOSED = (Incident.open_key.is_not(None), Incident.kind.not_in(NO_DISRUPTIONS))
"""What holds of each disruption that is not closed."""
OPEN_STATES = ("reported", "acknowledged", "assessed", "monitoring", "recovered")


@dataclass(frozen=True)
class Report:
    """What opens an incident, or joins one: a problem with a system, and who saw it when."""

    kind: str
    system_id: str
    title: str
    cause_at: datetime
    reported_at: datetime
    reported_by: str
    priority_proposed: str
    plan_hash: str
    exercise: bool = False
    # Played in an exercise: that one's number.
    part_of: str | None = None
    one_fault_with: tuple[str, ...] = ()
    # Under the general plan: the projects named, whether customer care suffers, and what makes
    # two reports one.
    projects: tuple[str, ...] | None = None
    customer_care: str | None = None
    cause: str | None = None


@dataclass(frozen=True)
class Opened:
    """The incident a report led to, and whether the report opened it."""

    incident: Incident
    new: bool


def open_or_join(session: Session, report: Report, *, now: datetime, real_now: datetime) -> Opened:
    """Open an incident for the report, or join the open one of the same cause (E33).

    The earliest report time of all becomes T0; the plan's snapshot must be kept already. Without
    an open incident of the system itself, that of one which fails by the same cause is joined.
    """
    open_key, *same_fault = [
        f"{'EXERCISE:' if report.exercise else ''}{system}"
        for system in (report.cause or report.system_id, *report.one_fault_with)
    ]
    one_at_a_time(session)
    existing = _open_with(session, [open_key]) or _same_fault(session, same_fault, report)
    if existing is not None:
        _join(session, existing, report, now=now)
        return Opened(existing, new=False)
    seq = (session.scalar(sa.select(sa.func.max(Incident.seq))) or 0) + 1
    number = f"INC-{seq:04d}"
    incident = Incident(
        seq=seq,
        number=number,
        kind=report.kind,
        system_id=report.system_id,
        title=report.title,
        projects=None if report.projects is None else list(report.projects),
        customer_care=report.customer_care,
        exercise=report.exercise,
        part_of=report.part_of,
        state="reported",
        open_key=open_key,
        cause_at=min(report.cause_at, report.reported_at),
        reported_at=report.reported_at,
        reported_by=report.reported_by,
        opened_at=now,
        opened_at_real=real_now,
        plan_hash=report.plan_hash,
        priority_proposed=report.priority_proposed,
        head_hash=first_hash(number, report.plan_hash),
        entries=0,
        lease_fence=0,
        runs_requested=0,
    )
    session.add(incident)
    session.flush()
    timeline.append(
        session,
        number,
        "reported",
        report.title,
        now=now,
        occurred_at=report.reported_at,
        author=report.reported_by,
        source=source_of(report.reported_by),
        data={"plan": report.plan_hash, "priority_proposed": report.priority_proposed},
    )
    return Opened(incident, new=True)


def source_of(reported_by: str) -> str:
    """Whether a monitor, a person or Kitart itself, by a schedule, stands behind a report."""
    if reported_by == SCHEDULE:
        return "system"
    return "monitor" if reported_by.startswith("monitor") else "person"


def _open_with(session: Session, keys: list[str]) -> Incident | None:
    query = sa.select(Incident).where(Incident.open_key.in_(keys)).order_by(Incident.seq)
    return session.scalars(query).first()


def _same_fault(session: Session, keys: list[str], report: Report) -> Incident | None:
    """The open incident of the same cause, unless joining it would go unheard: one that is over,
    or was given a milder priority than this report proposes, gets one of its own beside it."""
    found = _open_with(session, keys)
    if found is None or found.state == "recovered":
        return None
    unheard = found.priority is not None and report.priority_proposed < found.priority
    return None if unheard else found


def _join(session: Session, incident: Incident, report: Report, *, now: datetime) -> None:
    incident.cause_at = min(incident.cause_at, report.cause_at)
    if incident.projects is not None and report.projects is not None:
        incident.projects = list(dict.fromkeys([*incident.projects, *report.projects]))
    if incident.priority is None:  # the worst of what is proposed; P1 sorts before P4
        incident.priority_proposed = min(incident.priority_proposed, report.priority_proposed)
    if report.reported_at < incident.reported_at:
        incident.reported_at = report.reported_at
        incident.reported_by = report.reported_by


def of_run(session: Session, run: str) -> Incident | None:
    """The newest incident that this run of Prefect's has driven; ``None`` if it drove none."""
    held = sa.select(TimelineEntry.incident).where(
        TimelineEntry.type.in_(RUN_BEGINS),
        TimelineEntry.data["run"].as_string() == run,
    )
    query = sa.select(Incident).where(Incident.number.in_(held))
    return session.scalars(query.order_by(Incident.seq.desc())).first()


def get(session: Session, number: str) -> Incident:
    """The incident with this number; ``LookupError`` when there is none."""
    found = session.scalars(sa.select(Incident).where(Incident.number == number)).first()
    if found is None:
        raise LookupError(f"there is no incident {number}")
    return found


def is_exercise(session: Session, number: str) -> bool:
    """Whether the incident is of an exercise, which never changes; raises as ``get`` does."""
    found = session.scalars(sa.select(Incident.exercise).where(Incident.number == number)).first()
    if found is None:
        raise LookupError(f"there is no incident {number}")
    return found


def held(session: Session, number: str) -> Incident:
    """The incident, which nobody else may write about until this transaction ends; raises as
    ``get`` does."""
    try:
        return timeline.held(session, number)
    except NoResultFound:
        return get(session, number)  # which says what is wrong


def is_disruption(incident: Incident) -> bool:
    """Whether something is the matter: not so in a test of the contact list, in the record of an
    exercise or in a review of the plan, which nobody is paged for and by which no system is
    down."""
    return incident.kind not in NO_DISRUPTIONS


def open_incidents(session: Session) -> list[Incident]:
    """Every disruption that is not closed, oldest first."""
    query = sa.select(Incident).where(*UNCLOSED)
    return list(session.scalars(query.order_by(Incident.seq)))


def first_real(session: Session) -> Incident | None:
    """The oldest disruption that is not closed and of no exercise, if there is one."""
    query = sa.select(Incident).where(*UNCLOSED, Incident.exercise.is_(False))
    return session.scalars(query.order_by(Incident.seq).limit(1)).first()


def open_systems(session: Session, *, exercises: bool) -> dict[str, str]:
    """What each disruption that is not closed is about, by its number; with those of exercises, or
    without. Each message asks it before it leaves: it reads no more than that."""
    query = sa.select(Incident.number, Incident.system_id).where(*UNCLOSED)
    if not exercises:
        query = query.where(Incident.exercise.is_(False))
    return {number: system for number, system in session.execute(query)}


def unsettled(session: Session) -> list[Incident]:
    """Every incident that still needs a run: open, or closed with something left to file."""
    query = sa.select(Incident).where(Incident.settled_at.is_(None))
    return list(session.scalars(query.order_by(Incident.seq)))


def closed_before(session: Session, moment: datetime) -> list[Incident]:
    """The incidents that were closed before a moment (UTC) and need no run any more."""
    query = sa.select(Incident).where(Incident.closed_at < moment, Incident.settled_at.is_not(None))
    return list(session.scalars(query.order_by(Incident.seq)))


def hand_over(session: Session, number: str, kind: str, system_id: str, title: str) -> bool:
    """Go on under the plan for a system, with the same number and the same clocks (R11, A17).

    ``False``, and nothing changed, when that system has an open incident of its own. The next run
    is asked for at once: it is another plan's.
    """
    one_at_a_time(session)
    incident = get(session, number)
    open_key = f"{'EXERCISE:' if incident.exercise else ''}{system_id}"
    if _open_with(session, [open_key]) is not None:
        return False
    incident.kind, incident.system_id, incident.title = kind, system_id, title
    incident.open_key, incident.run_requested_at = open_key, None
    return True


def seen(session: Session, number: str, up: bool) -> None:
    """What failed is seen working, and being watched; or failing again: the incident's stage."""
    incident = get(session, number)
    now, then = ("monitoring", "assessed") if up else ("assessed", "monitoring")
    if incident.state == then:
        incident.state = now


def settle(session: Session, number: str, *, now: datetime) -> None:
    """Nothing is left to do: no run is needed any more. Who wants one for what comes afterwards, a
    report or a record, may ask at once."""
    incident = get(session, number)
    incident.settled_at, incident.run_requested_at = now, None


def take_lease(session: Session, number: str, run: str, *, real_now: datetime) -> Lease | None:
    """Take the incident for ``run`` if nobody drives it; ``None`` while another run does.

    The fence number grows with each holder, so that a late write of an old one is refused.
    """
    incident = get(session, number)
    held = driven(incident, real_now=real_now)
    if held and incident.lease_run != run:
        return None
    fence = incident.lease_fence + (0 if held else 1)
    taken = session.execute(
        sa.update(Incident)
        .where(Incident.number == number, Incident.lease_fence == incident.lease_fence)
        .values(lease_run=run, lease_fence=fence)
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        return None
    until = real_now + LEASE_LENGTH
    if not insert_once(session, Hold, incident=number, fence=fence, until=until):
        session.execute(
            sa.update(Hold).where(Hold.incident == number).values(fence=fence, until=until)
        )
    session.expire(incident, ["lease_until"])
    return Lease(number, run, fence)


def renew_lease(session: Session, lease: Lease, *, real_now: datetime) -> None:
    """Hold the incident for another while; raises ``LeaseLost`` when another run has it."""
    renewed = session.execute(
        sa.update(Hold)
        .where(Hold.incident == lease.incident, Hold.fence == lease.fence)
        .values(until=real_now + LEASE_LENGTH)
    )
    if renewed.rowcount != 1:  # type: ignore[attr-defined]
        raise LeaseLost(f"{lease.incident} is driven by another run")


def release_lease(session: Session, lease: Lease) -> None:
    """Let the incident go; nothing happens when another run has it already."""
    session.execute(
        sa.update(Hold)
        .where(Hold.incident == lease.incident, Hold.fence == lease.fence)
        .values(until=None)
    )


def driven(incident: Incident, *, real_now: datetime) -> bool:
    """Whether a living run holds the incident."""
    until = incident.lease_until
    return until is not None and lasts(until - LEASE_LENGTH, LEASE_LENGTH, real_now)


def claim_run_request(
    session: Session, incident: Incident, *, real_now: datetime, not_again_for_s: float
) -> int | None:
    """Claim the right to ask Prefect for a run; ``None`` when somebody just did.

    Returns the number of the request, which makes the run's idempotency key.
    """
    asked = incident.run_requested_at
    if asked is not None and lasts(asked, timedelta(seconds=not_again_for_s), real_now):
        return None
    number = incident.runs_requested + 1
    claimed = session.execute(
        sa.update(Incident)
        .where(
            Incident.number == incident.number,
            Incident.runs_requested == incident.runs_requested,
        )
        .values(runs_requested=number, run_requested_at=real_now)
    )
    session.refresh(incident)
    return number if claimed.rowcount == 1 else None  # type: ignore[attr-defined]


def on_their_way(session: Session, within_s: float, *, real_now: datetime) -> int:
    """How many runs were asked for in the last ``within_s`` real seconds that do not hold their
    incident now."""
    within = timedelta(seconds=within_s)
    query = sa.select(Incident).where(
        Incident.settled_at.is_(None),
        Incident.run_requested_at > real_now - within,
        Incident.run_requested_at < real_now + within,
    )
    return sum(not driven(row, real_now=real_now) for row in session.scalars(query))


def take_back_run_request(session: Session, number: str, request: int) -> None:
    """Prefect did not take the request: the next one may be made at once, under the same number.

    With that its key is the same too: a run that Prefect made after all is not made twice.
    """
    session.execute(
        sa.update(Incident)
        .where(Incident.number == number, Incident.runs_requested == request)
        .values(runs_requested=request - 1, run_requested_at=None)
    )


def runs_asked_for(session: Session) -> frozenset[str]:
    """The runs that Prefect was last asked for, one for each incident that still needs a run."""
    return frozenset(
        run
        for run in session.scalars(
            sa.select(Incident.requested_run).where(Incident.settled_at.is_(None))
        )
        if run is not None
    )


def close(session: Session, number: str, state: str, *, now: datetime) -> None:
    """Close the incident as ``closed`` or ``false alarm``."""
    incident = get(session, number)
    incident.state, incident.closed_at, incident.open_key = state, now, None


def one_at_a_time(session: Session) -> None:
    """Wait for whoever else takes in alerts or opens incidents, until the transaction ends.

    Numbers have no holes and two reports of one cause must meet.
    """
    take_turn(session, Turn.INCIDENTS)
