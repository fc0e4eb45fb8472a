"""What the parts of emergency voicemail share: the picture, whom to ask, asking them in turn."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from flows.driving import Drive
from flows.strands.deciding import CHANGED, Overtaken, Turn, first_answer
from kitart.journal import acknowledgements, approvals, leading, routing_state, timeline
from kitart.journal import voicemail_facts as facts
from kitart.journal.approvals import Question
from kitart.journal.tables import Approval
from kitart.messaging.matrix import crisis_team
from kitart.plan import whom
from kitart.plan.schema import Plan
from kitart.rules.voicemail import Job
from kitart.rules.voicemail_lines import NOTICE, Picture


class Scene:
    """The drive, and what its record says of voicemail: worked out once for all that wait."""

    def __init__(self, drive: Drive) -> None:
        self.drive = drive
        self._seen: tuple[tuple[int, datetime], Picture] | None = None

    @property
    def plan(self) -> Plan:
        """The incident's plan with the projects that it has touched by now."""
        return self.drive.inst.plan_of(self.drive.incident)

    def picture(self, session: Session) -> Picture:
        """All that the record says of voicemail now."""
        drive = self.drive
        moment = (drive.writes, drive.now.replace(second=0, microsecond=0))
        if self._seen is None or self._seen[0] != moment:
            found = facts.picture_of(session, drive.plan, drive.incident, drive.now)
            self._seen = (moment, found)
        return self._seen[1]

    def otherwise(self, job: Job) -> Overtaken:
        """Whether one of the job's queues is no longer as the question says."""
        return lambda session: any(
            queue not in (seen := self.picture(session).queues) or seen[queue].mode != job.mode
            for queue in job.queues
        )

    def not_needed(self, queues: Sequence[str]) -> Overtaken:
        """Whether none of the queues needs voicemail any more."""
        return lambda session: all(
            queue not in (seen := self.picture(session).queues) or seen[queue].mode is None
            for queue in queues
        )

    def uncovered(self, queues: Sequence[str]) -> Overtaken:
        """Whether one of the queues has lost its cover again."""
        return lambda session: any(
            queue not in (seen := self.picture(session).queues) or not seen[queue].covered
            for queue in queues
        )

    def moved_on(self, job: Job) -> Overtaken:
        """Whether one of the job's lines stands otherwise than when the job was due."""
        return lambda session: any(
            not routing_state.stands(session, self.drive.incident, line) for line in job.lines
        )


async def ask(
    scene: Scene,
    question: Question,
    people: Sequence[str],
    *,
    by: datetime | None = None,
    overtaken: Overtaken = lambda _session: False,
    why: str = CHANGED,
) -> Approval | None:
    """Ask one after another, and all of them once more: the first valid answer; ``None`` when it
    is overtaken, or when there is none ``by`` then."""
    wait = timedelta(minutes=scene.drive.plan.limits.role_unreachable)
    now = scene.drive.now
    turns = [Turn(person, now + n * wait) for n, person in enumerate((*people, *people))]
    return await first_answer(scene.drive, question, turns, by=by, overtaken=overtaken, why=why)


def deciders(session: Session, scene: Scene, job: Job) -> tuple[str, ...]:
    """The account manager of the job's queues, the deputy, the ERT lead (A24, A27, E21); on what a
    client's announcement replaces the crisis team, who answered first (E46)."""
    drive = scene.drive
    if job.mode == NOTICE:
        taken = acknowledgements.taken_by(session, drive.incident, "cmt")
        first = [taken.person] if taken else []
        return tuple(dict.fromkeys((*first, *crisis_team(drive.plan, drive.now).order)))
    project = drive.plan.project(job.queues[0].partition("/")[0])
    return leading.deciders(session, drive.plan, drive.incident, project.account_manager)


def testers(session: Session, scene: Scene, job: Job) -> tuple[str, ...]:
    """Who calls a line: whoever switched it, supervisors on duty, the VCC administrators."""
    drive, (line,) = scene.drive, job.lines
    switched = (routing_state.EXECUTED, routing_state.END_EXECUTED)
    said = [
        approvals.get(session, entry.data["approval"])
        for entry in timeline.entries(session, drive.incident, *switched)
        if entry.data["line"] == line.line and "approval" in entry.data
    ]
    own = [row.answered_by for row in said[-1:] if row is not None and row.answered_by]
    others = (
        *whom.box_owners(drive.plan, line.project, drive.now), *whom.vcc_administrators(drive.plan)
    )  # fmt: skip
    return tuple(dict.fromkeys((*own, *others)))


def listener(session: Session, scene: Scene, job: Job) -> str:
    """Who said that the box is theirs."""
    first = job.lines[0]
    return next(
        str(entry.data["person"])
        for entry in timeline.entries(session, scene.drive.incident, facts.BOX)
        if (entry.data["order"], entry.data["project"]) == (first.order, first.project)
    )
