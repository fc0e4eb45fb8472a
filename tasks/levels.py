"""The cover levels, each a step of its own; whose word it is, and what it sets off (R18-R37)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kitart.installation import installation
from kitart.journal import approvals, cover, cover_now, incidents, levels, timeline
from kitart.journal.database import Lease
from kitart.journal.tables import Approval
from kitart.language import phrase
from kitart.messaging import calling_out
from kitart.messaging.cover_questions import LEVEL_N, PROPOSED, REST
from kitart.plan.roles import role_name
from tasks.steps import step


@step("propose a cover level")
def propose(lease: Lease, manager: str, wanted: Mapping[str, int]) -> None:
    """What the ladder needs goes into the record, whoever decides on it (D5)."""
    inst = installation()
    with inst.journal.write(lease) as session:
        said = timeline.entries(session, lease.incident, levels.SET, levels.CHANGED, levels.SETTLED)
        for project, level in wanted.items():
            # After each change of the level a proposal is a new one.
            times = sum(entry.data["project"] == project for entry in said)
            timeline.append(
                session, lease.incident, levels.PROPOSED, f"{project}: level {level} is proposed",
                now=inst.clock.now(), data={"project": project, "level": level, "for": manager},
                key=f"level-proposed:{project}:{level}:{times}",
            )  # fmt: skip


@step("level 1: native speakers on standby")
def level_1(lease: Lease, approval_id: int, project: str) -> None:
    """One or two agents out: backups are called (R19-R24)."""
    _invoke(lease, approval_id, project, 1)


@step("level 2: speakers of the language from elsewhere")
def level_2(lease: Lease, approval_id: int, project: str) -> None:
    """The backups are hit too: non-native speakers from other places (R25-R29)."""
    _invoke(lease, approval_id, project, 2)


@step("level 3: English only")
def level_3(lease: Lease, approval_id: int, project: str) -> None:
    """Nobody speaks the language: English only, the crisis team is contacted (R30-R35)."""
    _invoke(lease, approval_id, project, 3)


@step("level 4: voicemail")
def level_4(lease: Lease, approval_id: int, project: str) -> None:
    """Nobody is left: voicemail by a person's decision, the crisis team meets (R36-R42)."""
    _invoke(lease, approval_id, project, 4)


STEPS: dict[int, Callable[[Lease, int, str], None]] = {
    1: level_1, 2: level_2, 3: level_3, 4: level_4,
}  # fmt: skip


def chosen(answer: str, wanted: Mapping[str, int]) -> dict[str, int]:
    """The level of each project that an answer means; none for "not yet"."""
    if answer == PROPOSED or answer.startswith(REST):
        return dict(wanted)
    if answer.startswith(LEVEL_N):
        return dict.fromkeys(wanted, int(answer.removeprefix(LEVEL_N)))
    return {}


PRIORITIES = {1: "P3", 2: "P2", 3: "P1", 4: "P1"}
"""What a level proposes while the ERT lead has not set the priority: two scales (A11)."""


def _invoke(lease: Lease, approval_id: int, project: str, level: int) -> None:
    inst = installation()
    plan = inst.plan_of(lease.incident)
    with inst.journal.write(lease) as session:
        row = _answered(approvals.get(session, approval_id))
        before = levels.of_incident(session, lease.incident).of(project)
        acting = row.answered_role != levels.MANAGER
        text = f"{project}: level {level}" + (f", was {before}" if before else "")
        added = timeline.append(
            session, lease.incident, levels.CHANGED if before else levels.SET,
            text + ("; acting for the account manager" if acting else ""),
            now=inst.clock.now(), occurred_at=row.answered_at,
            author=role_name(row.answered_role or ""), source="person",
            data={"project": project, "level": level, "before": before, "view": levels.MANAGER,
                  "role": row.answered_role, "person": row.answered_by, "reason": row.note or "",
                  "approval": row.id, "acting_for": levels.MANAGER if acting else "",
                  "client": plan.client_of(project).id},
            key=f"level:{row.id}:{project}",
        )  # fmt: skip
        if not added:
            return
        incident = incidents.get(session, lease.incident)
        if incident.priority is None:
            incident.priority_proposed = min(incident.priority_proposed, PRIORITIES[level])
    news = phrase("{code}: cover level {n} is invoked", code=project, n=level)
    calling_out.tell_leads(
        inst, plan, lease.incident, (project,), news, f"level:{row.id}:{project}", lease
    )


@step("record that a level is not invoked yet")
def not_yet(lease: Lease, approval_id: int) -> None:
    """The account manager waits, with a reason (D5)."""
    inst = installation()
    with inst.journal.write(lease) as session:
        row = _answered(approvals.get(session, approval_id))
        timeline.append(
            session, lease.incident, "level not invoked", f"Not yet: {row.note}",
            now=inst.clock.now(), occurred_at=row.answered_at,
            author=role_name(row.answered_role or ""), source="person",
            data={"role": row.answered_role, "reason": row.note or "", "approval": row.id},
            key=f"level-not-yet:{row.id}",
        )  # fmt: skip


@step("waive an agent's rest")
def waive_rest(lease: Lease, approval_id: int) -> None:
    """An exception by a person with authority, on record with its reason (E19)."""
    inst = installation()
    with inst.journal.write(lease) as session:
        row = _answered(approvals.get(session, approval_id))
        agent = (row.answer or "").removeprefix(REST)
        timeline.append(
            session, lease.incident, "rest waived",
            f"{agent} may be called though the rest is not respected: {row.note}; "
            "the rest is owed afterwards",
            now=inst.clock.now(), occurred_at=row.answered_at,
            author=role_name(row.answered_role or ""), source="person",
            data={"agent": agent, "role": row.answered_role, "reason": row.note or "",
                  "approval": row.id},
            key=f"rest-waived:{row.id}",
        )  # fmt: skip


@step("lower the level, stand the cover down")
def lower(lease: Lease, approval_id: int, project: str, level: int) -> list[int]:
    """A person's decision with a reason (D7, E30); the calls that are not needed any more."""
    inst = installation()
    plan, now = inst.plan_of(lease.incident), inst.clock.now()
    with inst.journal.write(lease) as session:
        row = _answered(approvals.get(session, approval_id))
        before = levels.of_incident(session, lease.incident).of(project)
        said = f"level {level}" if level else "no level any more"
        timeline.append(
            session, lease.incident, levels.SETTLED, f"{project}: {said}, was {before}: {row.note}",
            now=now, occurred_at=row.answered_at, author=role_name(row.answered_role or ""),
            source="person",
            data={"project": project, "level": level, "before": before, "role": row.answered_role,
                  "person": row.answered_by, "reason": row.note or "", "approval": row.id,
                  "client": plan.client_of(project).id},
            key=f"level:{row.id}:{project}",
        )  # fmt: skip
        calls = [c for c in cover.of_incident(session, lease.incident)
                 if c.queue.startswith(f"{project}/") and c.state in cover.HOLDING]  # fmt: skip
        spare = set(cover_now.moves(session, plan, lease.incident, now).release)
    return [c.id for c in calls if not level or c.id in spare]


@step("name the coordinating account manager")
def name_coordinator(lease: Lease) -> None:
    """Several account managers decide, each for their own projects; the one whose projects have
    lost most seats coordinates (A27). Named once, so that nobody has to ask who it is."""
    inst = installation()
    plan, now = inst.plan_of(lease.incident), inst.clock.now()
    with inst.journal.write(lease) as session:
        lost = cover_now.lost_seats(session, plan, lease.incident, now)
        first = max(lost, key=lambda manager: (lost[manager], manager))
        added = timeline.append(
            session, lease.incident, "coordinating account manager",
            f"{first} coordinates; each account manager decides for the own projects",
            now=now, data={"person": first, "seats": lost}, key="coordinating-manager",
        )  # fmt: skip
        projects = tuple(incidents.get(session, lease.incident).projects or ())
    if added:
        news = phrase(
            "{manager} coordinates the account managers; each decides for the own projects",
            manager=first,
        )
        calling_out.tell_leads(
            inst, plan, lease.incident, projects, news, "coordinating-manager", lease
        )


@step("end all levels: a false alarm")
def end_all(lease: Lease) -> None:
    """There was no incident: no level is in force any more (E32)."""
    inst = installation()
    with inst.journal.write(lease) as session:
        for project, level in levels.of_incident(session, lease.incident).in_force.items():
            if level:
                timeline.append(
                    session, lease.incident, levels.SETTLED,
                    f"{project}: no level any more, was {level}: a false alarm",
                    now=inst.clock.now(),
                    data={"project": project, "level": 0, "before": level,
                          "reason": "a false alarm"},
                    key=f"false-alarm-level:{project}",
                )  # fmt: skip


@step("record the ERT lead's view of the level")
def record_view(lease: Lease, approval_id: int, project: str) -> None:
    """The higher of two views holds at once; both stay in the record (A12, E27)."""
    _view(lease, approval_id, project, levels.CHANGED, "the ERT lead sees it otherwise")


@step("record which level holds")
def record_settled(lease: Lease, approval_id: int, project: str) -> None:
    """One person has settled it (A12)."""
    _view(lease, approval_id, project, levels.SETTLED, "settled")


def _view(lease: Lease, approval_id: int, project: str, type: str, what: str) -> None:
    inst = installation()
    plan = inst.plan_of(lease.incident)
    with inst.journal.write(lease) as session:
        row = _answered(approvals.get(session, approval_id))
        level = int((row.answer or "").removeprefix(LEVEL_N))
        timeline.append(
            session, lease.incident, type, f"{project}: level {level}, {what}: {row.note}",
            now=inst.clock.now(), occurred_at=row.answered_at,
            author=role_name(row.answered_role or ""), source="person",
            data={"project": project, "level": level, "view": levels.LEAD,
                  "role": row.answered_role, "person": row.answered_by, "reason": row.note or "",
                  "approval": row.id, "client": plan.client_of(project).id},
            key=f"{type}:{row.id}:{project}",
        )  # fmt: skip


def _answered(row: Approval | None) -> Approval:
    if row is None or row.answer is None or row.answered_at is None:
        raise LookupError("the question has no answer")
    return row
