"""The questions of the cover ladder: which level, wait or call, whose view holds (R18, A12, D5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from kitart.journal import approvals, cover_now, incidents, levels
from kitart.journal.approvals import Question
from kitart.journal.tables import CoverCall, OutageReport
from kitart.language import Phrase, listed, phrase
from kitart.messaging.calling_out import seat_name
from kitart.messaging.questions import option
from kitart.plan.roles import role_name
from kitart.plan.schema import Plan
from kitart.rules.cover.moves import Moves
from kitart.rules.cover.proposal import QueueProposal

LEVEL, LOWER, VIEW, SETTLE = "cover-level", "lower-level", "level-view", "settle-level"
RELOCATION, PLACE, TRANSFER = "relocation", "place", "transfer"
PROPOSED, NOT_YET, AGREE, KEEP = "as-proposed", "not-yet", "agree", "keep"
LEVEL_N, REST = "level-", "rest:"
WAIT, CALL, ACCEPT, REJECT, TAKE, LEAVE = "wait", "call", "accept", "reject", "take", "leave"
MOST_REASONS = 3
NEAR = 4
"""From this test on somebody would fit if only they were free: worth a word."""
REST_TEST = 7

LEVELS = {
    1: phrase("Level 1: native speakers on standby"),
    2: phrase("Level 2: speakers of the language from elsewhere"),
    3: phrase("Level 3: English only; the crisis team is contacted"),
    4: phrase("Level 4: voicemail; the crisis team meets"),
}
MEANS = {
    1: phrase("Backups are called at once"),
    2: phrase("Backups and speakers of the language elsewhere are called at once"),
    3: phrase("English-speaking agents are called too"),
    4: phrase("You are asked about voicemail next; nothing switches by itself"),
}


def settled_before(session: Session, incident: str, kind: str, about: str) -> int:
    """How many questions of this kind about this are settled, answered or withdrawn: a new one gets
    the next number, so that the same can be asked again."""
    start = f"{incident}:{kind}:{about}:"
    rows = approvals.of_incident(session, incident)
    return sum(row.key.startswith(start) and row.state != "open" for row in rows)


def level(
    session: Session, plan: Plan, incident: str, manager: str, wanted: Mapping[str, int],
    now: datetime,
) -> Question:  # fmt: skip
    """Invoke a level for an account manager's projects (R18): as proposed, worse, or not yet."""
    row = incidents.get(session, incident)
    moves = cover_now.moves(session, plan, incident, now)
    mine = [q for q in moves.proposal.queues if q.need.project in wanted]
    time = settled_before(session, incident, LEVEL, manager)
    digest = "-".join(f"{project}{level}" for project, level in sorted(wanted.items()))
    worst = max(wanted.values())
    asked = [phrase("level {n}", n=n) for n in sorted(set(wanted.values()))]
    return Question(
        key=f"{incident}:{LEVEL}:{manager}:{time}:{digest}",
        incident=incident,
        kind=LEVEL,
        title=phrase(
            "Cover for {codes}: invoke {levels}?", codes=", ".join(sorted(wanted)),
            levels=listed(asked, "/"),
        ),
        text=listed(_what_is_short(plan, mine), ". "),
        options=[
            option(PROPOSED, _as_proposed(wanted), MEANS[worst], "optional"),
            *(
                option(f"{LEVEL_N}{n}", LEVELS[n], MEANS[n], "optional")
                for n in range(worst + 1, 5)
            ),
            *_rest_exceptions(mine),
            option(
                NOT_YET, phrase("Not yet"),
                phrase("Nobody is called on this level; you are asked again"), "required",
            ),
        ],
        known=list(known(plan, moves, mine, row.reported_at)),
        due_at=now + timedelta(minutes=plan.limits.role_unreachable),
    )  # fmt: skip


def _as_proposed(wanted: Mapping[str, int]) -> Phrase:
    if len(set(wanted.values())) == 1:
        return LEVELS[next(iter(wanted.values()))]
    each = [phrase("{code} level {n}", code=code, n=n) for code, n in sorted(wanted.items())]
    return phrase("As proposed: {levels}", levels=listed(each))


def _what_is_short(plan: Plan, queues: Sequence[QueueProposal]) -> list[Phrase]:
    return [
        phrase(
            "{seat}: {live} of {needed} seats are filled by its own agents",
            seat=seat_name(plan, q.need.key), live=min(len(q.need.live), q.need.needed),
            needed=q.need.needed,
        )
        for q in queues
        if q.need.short
    ]  # fmt: skip


def known(
    plan: Plan, moves: Moves, queues: Sequence[QueueProposal], reported_at: datetime
) -> list[Phrase]:
    """Who is proposed and why, and why not those who would be better: for whoever decides."""
    said: list[Phrase] = []
    for queue in queues:
        if not queue.need.short:
            continue
        looked = {each.agent: each for each in queue.candidates}
        for seat in queue.seats:
            reason = looked[seat.agent].reason if seat.agent in looked else Phrase("")
            said.append(phrase("{queue}: {agent}, {reason}", queue=queue.need.key,
                               agent=seat.agent, reason=reason))  # fmt: skip
            if seat.loses_reserve:
                said.append(
                    phrase(
                        "{agent} is then no reserve any more for {queues}",
                        agent=seat.agent, queues=", ".join(seat.loses_reserve),
                    )
                )  # fmt: skip
        why_not = sorted(
            (each for each in queue.candidates if not each.eligible and each.test >= NEAR),
            key=lambda each: (-each.test, each.agent),  # the nearest first
        )
        said += [
            phrase("{queue}: not {agent}, {reason}", queue=queue.need.key, agent=each.agent,
                   reason=each.reason)
            for each in why_not[:MOST_REASONS]
        ]  # fmt: skip
        if queue.next_step is not None:
            said.append(phrase("{queue}: {next}", queue=queue.need.key, next=queue.next_step))
    out, rostered = moves.proposal.out_of_rostered
    said.append(phrase("{out} of {all} agents at work are out", out=out, all=rostered))
    return said


def _rest_exceptions(queues: Sequence[QueueProposal]) -> list[dict[str, str]]:
    """Whom rest alone bars: only by a person's exception, with a reason (E19)."""
    barred = {
        each.agent: queue.need.key
        for queue in queues
        if queue.uncovered or any(seat.rung not in ("relocate", "native") for seat in queue.seats)
        for each in queue.candidates
        if each.test == REST_TEST and each.rung == "native"
    }
    return [
        option(
            f"{REST}{agent}",
            phrase("Call {agent} all the same", agent=agent),
            phrase("A native speaker for {queue}; the rest is not respected, so it is an exception "
                   "in your name", queue=queue),
            "required",
        )
        for agent, queue in sorted(barred.items())[:1]
    ]  # fmt: skip


def lower(
    session: Session, plan: Plan, incident: str, manager: str, lower_to: Mapping[str, int],
    now: datetime,
) -> Question:  # fmt: skip
    """Lower a level or release the cover: with a reason, after the stable time (D7, E30)."""
    time = settled_before(session, incident, LOWER, manager)
    digest = "-".join(f"{project}{n}" for project, n in sorted(lower_to.items()))
    each = [
        phrase("{code}: no cover needed any more", code=code)
        if not n
        else phrase("{code}: level {n} is enough", code=code, n=n)
        for code, n in sorted(lower_to.items())
    ]
    over = not any(lower_to.values())
    return Question(
        key=f"{incident}:{LOWER}:{manager}:{time}:{digest}",
        incident=incident,
        kind=LOWER,
        title=phrase("Release the cover of {codes}?", codes=", ".join(sorted(lower_to)))
        if over
        else phrase("Lower the cover level of {codes}?", codes=", ".join(sorted(lower_to))),
        text=phrase(
            "It has been so for {minutes} minutes without a change.",
            minutes=plan.limits.stable_before_lowering,
        ),
        options=[
            option(
                LOWER,
                phrase("Release the backups") if over else phrase("Lower it"),
                phrase("Who is not needed is thanked and stood down; your reason is kept"),
                "required",
            ),
            option(
                KEEP, phrase("Keep the cover"),
                phrase("It stays as it is; you are asked again in {minutes} minutes",
                       minutes=plan.limits.stable_before_lowering),
                "optional",
            ),
        ],
        known=list(each),
        due_at=None,
    )  # fmt: skip


def view(
    session: Session, plan: Plan, incident: str, project: str, in_force: int, now: datetime
) -> Question:
    """The ERT lead's own view of a project's level: the higher of two holds (A12, E27)."""
    time = levels.times_invoked(session, incident, project)
    manager = plan.project(project).account_manager
    return Question(
        key=f"{incident}:{VIEW}:{project}:{time}",
        incident=incident,
        kind=VIEW,
        title=phrase("{code} is at level {n}. Do you see it otherwise?", code=project, n=in_force),
        text=phrase(
            "The account manager {manager} has invoked it. The higher of two views holds until it "
            "is settled. No answer means that you agree.",
            manager=manager,
        ),
        options=[
            option(AGREE, phrase("I agree"), phrase("It stays at level {n}", n=in_force)),
            *(
                option(
                    f"{LEVEL_N}{n}", LEVELS[n],
                    phrase("Holds at once, until it is settled")
                    if n > in_force
                    else phrase("Level {n} holds until it is settled", n=in_force),
                    "required",
                )
                for n in range(1, 5)
                if n != in_force
            ),
        ],
        known=[],
        due_at=None,
    )  # fmt: skip


def settle(
    session: Session, plan: Plan, incident: str, project: str, views: Mapping[str, int],
    now: datetime,
) -> Question:  # fmt: skip
    """Two views of one project's level: one person settles it (A12, E27)."""
    time = settled_before(session, incident, SETTLE, project)
    digest = "-".join(str(n) for _, n in sorted(views.items()))
    return Question(
        key=f"{incident}:{SETTLE}:{project}:{time}:{digest}",
        incident=incident,
        kind=SETTLE,
        title=phrase("{code}: which level holds?", code=project),
        text=listed(
            [phrase("{role}: level {n}", role=role_name(side), n=n) for side, n in views.items()],
            ", ",
        ),
        options=[
            option(f"{LEVEL_N}{n}", LEVELS[n], phrase("Holds from now on"), "required")
            for n in sorted({n for n in views.values() if n}, reverse=True)
        ],
        known=[phrase("Until then the higher one holds: level {n}", n=max(views.values()))],
        due_at=now + timedelta(minutes=plan.limits.role_unreachable),
    )


def test_call(
    session: Session, plan: Plan, incident: str, queue: str, since: datetime, attempt: int,
    now: datetime,
) -> Question:  # fmt: skip
    """A person calls the queue's line and hears who answers, in which language (R23, R24)."""
    project, _, language = queue.partition("/")
    numbers = [line.number for line in plan.lines_of(project) if line.lang == language]
    return Question(
        key=f"{incident}:cover-test:{queue}:{since:%Y%m%dT%H%M%S}:{attempt}",
        incident=incident,
        kind="cover-test",
        title=phrase("Call {seat}: who answers?", seat=seat_name(plan, queue)),
        text=phrase(
            "All seats are filled again. Call {numbers}: does an agent answer, in the language "
            "that the cover promises?",
            numbers=", ".join(numbers),
        ),
        options=[
            option("answered", phrase("Answered as it should be"), phrase("Counts as proved")),
            option(
                "not-answered", phrase("Not answered so"),
                phrase("Counts as not proved; you are asked again"), "required",
            ),
        ],
        known=[],
        due_at=now + timedelta(minutes=plan.limits.role_unreachable),
    )  # fmt: skip


def place(plan: Plan, report: OutageReport, now: datetime) -> Question:
    """Is the other place as secure and private? (A29, E12)"""
    queue = f"{report.project}/{report.language}"
    return Question(
        key=f"{report.incident}:{PLACE}:{report.id}",
        incident=report.incident or "",
        kind=PLACE,
        title=phrase("{agent} moves to another place: do you accept it?", agent=report.agent),
        text=phrase(
            "For {seat}. Ask the agent: a closed room where nobody hears or sees the screen; the "
            "company's device; a trusted network with VPN, no open Wi-Fi; power for the rest of "
            "the shift; headset and line tested; a country that the client allows.",
            seat=seat_name(plan, queue),
        ),
        options=[
            option(ACCEPT, phrase("Accept"), phrase("The seat is expected back in time")),
            option(
                REJECT, phrase("Reject"),
                phrase("Counts as not moved: a backup is called; give the reason without anything "
                       "personal"),
                "required",
            ),
        ],
        known=[],
        due_at=now + timedelta(minutes=plan.limits.role_unreachable),
    )  # fmt: skip


def relocation(
    plan: Plan, report: OutageReport, manager: str, back: datetime, now: datetime
) -> Question:
    """Ten minutes on, the agent is not back yet: wait on, or call the backup (A4, E11)?"""
    queue = f"{report.project}/{report.language}"
    return Question(
        key=f"{report.incident}:{RELOCATION}:{manager}:{report.id}:{back:%H%M}",
        incident=report.incident or "",
        kind=RELOCATION,
        title=phrase("{agent} is not back yet: wait or call the backup?", agent=report.agent),
        text=phrase(
            "{seat}: the agent expects to answer calls again at {back} UTC.",
            seat=seat_name(plan, queue), back=f"{back:%H:%M}",
        ),
        options=[
            option(WAIT, phrase("Wait"), phrase("The forecast holds; a backup stays warned")),
            option(CALL, phrase("Call the backup now"), phrase("The agent counts as not back")),
        ],
        known=[],
        due_at=now + timedelta(minutes=plan.limits.role_unreachable),
    )  # fmt: skip


def transfer(
    session: Session, incident: str, call: CoverCall, queue: str, now: datetime
) -> Question:
    """Two incidents want one agent: a person decides, never the machine (E2, E3)."""
    mine, other = incidents.get(session, incident), incidents.get(session, call.incident)
    return Question(
        key=f"{incident}:{TRANSFER}:{call.id}",
        incident=incident,
        kind=TRANSFER,
        title=phrase("Take {agent} from {other} for {queue}?", agent=call.agent,
                     other=other.number, queue=queue),
        text=phrase(
            "{mine} ({my_priority}) needs {agent}, whom {other} ({other_priority}) holds for "
            "{held}. Both incidents keep your decision in their record.",
            mine=mine.number, my_priority=mine.priority or mine.priority_proposed,
            agent=call.agent, other=other.number,
            other_priority=other.priority or other.priority_proposed, held=call.queue,
        ),
        options=[
            option(TAKE, phrase("Take"), phrase("{other} looks for somebody else at once",
                                                other=other.number), "required"),
            option(LEAVE, phrase("Leave"), phrase("The next rung of the ladder is used"),
                   "optional"),
        ],
        known=[],
        due_at=now,
    )  # fmt: skip
