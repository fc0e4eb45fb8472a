"""The course of cover out of what the journal holds: reports, call-outs, levels, corrections."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from kitart.alerts.workplace import report_outage, takes_back
from kitart.installation import incident_plan
from kitart.journal import (
    cover,
    cover_course,
    cover_warnings,
    incidents,
    late_entries,
    levels,
    timeline,
)
from kitart.journal.cover_course import QueueRecord
from kitart.journal.database import Journal
from kitart.journal.late_entries import Writer
from kitart.journal.outage_reports import Said
from kitart.plan.loading import load_plan
from kitart.plan.schema import Plan
from kitart.reports import clocks, drafts
from kitart.rules.cover.clocks import LevelStep, verdict_of
from kitart.rules.verdicts import Outcome

DAY = datetime(2026, 11, 24, tzinfo=UTC)  # a Tuesday; CHARLIE is open from 07:00 to 17:00 UTC
LEAD = Writer("ERT-1", "ert")


def at(clock: str) -> datetime:
    hour, minute = map(int, clock.split(":"))
    return DAY.replace(hour=hour, minute=minute)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load_plan(Path(__file__).resolve().parents[3] / "config")


@pytest.fixture
def session(journal: Journal) -> Iterator[Session]:
    with journal.write() as session:
        yield session


Out = Callable[..., str]


@pytest.fixture
def out(session: Session, plan: Plan) -> Out:
    """Report an agent; the incident's number."""

    def report(agent: str, clock: str, *, safe: str = "yes", exercise: bool = False) -> str:
        project, _, language = plan.agent(agent).queue.partition("/")
        said = Said(
            agent=agent, project=project, language=language, area=plan.agent(agent).area,
            reported_by=agent, role="agent", safe=safe, what="power", can_move="no",
            occurred_at=at(clock), until=None,
        )  # fmt: skip
        form = f"{agent}{clock}{safe}"
        made = report_outage(session, plan, form, said, now=at(clock), exercise=exercise)
        assert made is not None
        assert made.incident is not None
        return made.incident

    return report


def called(
    session: Session, number: str, agent: str, queue: str, rung: str, asked: str,
    live: str | None = None, gone: str | None = None,
) -> cover.CoverCall:  # fmt: skip
    hold, due_at = timedelta(minutes=10), at(asked) + timedelta(minutes=30)
    row = cover.reserve(
        session, number, agent, queue, rung, now=at(asked), hold=hold, due_at=due_at
    )
    assert row is not None
    cover.answer(session, row.id, cover.YES, via="link", now=at(asked) + timedelta(minutes=2))
    if live:
        cover.live(row, by="phone system", now=at(live))
    if gone:
        cover.end(row, cover.LOST, now=at(gone))
    session.flush()
    return row


def level(session: Session, number: str, project: str, n: int, clock: str, **data: str) -> None:
    timeline.append(
        session, number, data.pop("type", "level set"), f"Level {n}", now=at(clock),
        data={"project": project, "level": n, "view": "account_manager", **data},
    )  # fmt: skip


def course(session: Session, plan: Plan, number: str, queue: str, clock: str) -> QueueRecord:
    standing = late_entries.standing(timeline.entries(session, number))
    found = cover_course.of_incident(session, plan, number, standing, at(clock))
    return next(each for each in found if each.course.queue == queue)


def incident_plan_of(session: Session, plan: Plan, number: str) -> Plan:
    return incident_plan(plan, incidents.get(session, number))


@pytest.mark.covers("A16", "R17", "R21")
def test_scenario_a_from_the_report_to_the_backup(session: Session, plan: Plan, out: Out) -> None:
    number = out("AG-014", "08:12")
    level(session, number, "CHARLIE", 1, "08:15")
    called(session, number, "AG-016", "CHARLIE/hu", "native", "08:15")
    early = course(session, plan, number, "CHARLIE/hu", "08:20")
    assert [call.due_at for call in early.expected] == [at("08:45")]
    assert early.course.effect_at == at("08:12")
    assert early.out == ("AG-014",)
    soon = cover_warnings.open_warnings(session, incident_plan_of(session, plan, number), number,
                                        at("08:20"))  # fmt: skip
    assert [each.at for each in soon] == [at("08:27"), at("08:42")]
    cover.live(early.calls[0], by="phone system", now=at("08:33"))
    takes_back(session, "AG-014", by="AG-014", role="agent", now=at("10:02"))
    late = course(session, plan, number, "CHARLIE/hu", "10:20")
    assert late.course.recovered_at == at("08:33")
    assert late.levels == (LevelStep(at("08:15"), 1),)
    assert verdict_of(late.clocks).outcome is Outcome.MET
    assert late.out == ()
    late_plan = incident_plan_of(session, plan, number)
    assert cover_warnings.open_warnings(session, late_plan, number, at("10:20")) == []
    others = course(session, plan, number, "CHARLIE/pl", "10:20")
    assert not others.touched


@pytest.mark.covers("D21", "E36")
def test_after_the_clock_was_set_back_nothing_ends_before_it_began(
    session: Session, plan: Plan, out: Out
) -> None:
    number = out("AG-014", "08:12")
    call = called(session, number, "AG-016", "CHARLIE/hu", "native", "08:15", live="08:33")
    cover.end(call, cover.LOST, now=at("07:36"))
    takes_back(session, "AG-014", by="AG-014", role="agent", now=at("07:40"))
    session.flush()
    # Once the clock shows again what it did, everybody is where they are.
    found = course(session, plan, number, "CHARLIE/hu", "09:00")
    assert found.out == ()
    assert found.course.effect_at == at("08:12")
    assert found.course.recovered_at is not None
    now = found.course.at(at("08:59"))
    assert now is not None
    assert (now.out, now.cover) == (0, ())


def test_a_report_that_newer_words_replace_goes_on(session: Session, plan: Plan, out: Out) -> None:
    number = out("AG-014", "08:12")
    assert out("AG-014", "08:30", safe="help") == number
    found = course(session, plan, number, "CHARLIE/hu", "08:40").course
    assert found.effect_at == at("08:12")
    assert len(found.stretches) == 1


@pytest.mark.covers("E39")
def test_corrected_times_count_as_people_say(session: Session, plan: Plan, out: Out) -> None:
    number = out("AG-014", "08:12")
    takes_back(session, "AG-014", by="AG-014", role="agent", now=at("09:00"))
    left, back = timeline.entries(session, number, "agent offline", "agent back")
    late_entries.correct(
        session, number, left.seq, "It was earlier", LEAD, occurred_at=at("08:05"), now=at("09:05")
    )
    late_entries.correct(
        session, number, back.seq, "Back sooner", LEAD, occurred_at=at("08:25"), now=at("09:06")
    )
    found = course(session, plan, number, "CHARLIE/hu", "09:10").course
    assert found.effect_at == at("08:05")
    assert found.recovered_at == at("08:25")
    late_entries.correct(
        session, number, left.seq, "Never was", LEAD, withdrawn=True, now=at("09:07")
    )
    assert course(session, plan, number, "CHARLIE/hu", "09:10").course.effect_at is None


@pytest.mark.covers("E39")
def test_the_effect_may_be_entered_later(session: Session, plan: Plan, out: Out) -> None:
    number = out("AG-014", "08:12")
    for kind, clock in (("effect-start", "08:20"), ("effect-end", "08:50")):
        late_entries.record(
            session, number, kind, "Seen", at(clock), LEAD, project="CHARLIE", now=at("09:30")
        )
    found = course(session, plan, number, "CHARLIE/hu", "09:40").course
    assert (found.effect_at, found.recovered_at) == (at("08:20"), at("08:50"))


@pytest.mark.covers("E36")
def test_an_effect_that_is_to_come_is_seen_ahead(session: Session, plan: Plan, out: Out) -> None:
    number = out("AG-013", "05:30")
    found = course(session, plan, number, "CHARLIE/hu", "05:40")
    assert found.course.effect_at is None
    assert found.coming_at == at("07:00")
    assert found.touched
    felt, coming = cover_course.effect_of_client([found], plan, "CL-3")
    assert (felt, coming) == (None, at("07:00"))


@pytest.mark.covers("E29", "E15", "A17")
def test_a_level_that_rises_in_the_middle_does_not_begin_the_recovery_time_anew(
    session: Session, plan: Plan, out: Out
) -> None:
    """As WORSE-LEVEL plays it: the backup's 7 minutes do not last, so there is one shortage."""
    number = out("AG-014", "09:12")
    called(session, number, "AG-016", "CHARLIE/hu", "native", "09:13", "09:20", "09:27")
    before = clocks.of_cover(session, plan, number, timeline.entries(session, number), at("09:19"))
    assert [(each.begins, each.due) for each in before] == [(at("09:12"), at("09:42"))]
    for agent in ("AG-013", "AG-015"):
        out(agent, "09:27")
    for level, clock in ((1, "09:13"), (4, "09:28")):
        timeline.append(
            session, number, "level set", f"level {level}", now=at(clock),
            data={"project": "CHARLIE", "level": level, "view": "account_manager",
                  "role": "account_manager", "reason": ""},
        )  # fmt: skip
    entries = late_entries.standing(timeline.entries(session, number))
    found = cover_course.of_incident(session, plan, number, entries, at("09:40"))
    (clock,) = next(each.clocks for each in found if each.course.queue == "CHARLIE/hu")
    assert clock.start == at("09:12")
    assert [each.due for each in clock.results] == [at("09:42"), at("17:12")]


@pytest.mark.covers("E36", "A17")
def test_the_clock_of_a_queue_that_was_covered_before_it_opened_is_met(
    session: Session, plan: Plan, out: Out
) -> None:
    number = out("AG-001", "05:30")
    called(session, number, "AG-031", "ALPHA/de", "native", "06:00", "06:40")
    entries = timeline.entries(session, number)
    (clock,) = clocks.of_cover(session, plan, number, entries, at("09:00"))
    assert clock.projects == ("ALPHA/de",)
    assert clock.verdict.outcome is Outcome.MET
    assert clock.restored == clock.begins == at("07:00")


def test_seats_are_hit_when_so_many_are_taken_at_once(
    session: Session, plan: Plan, out: Out
) -> None:
    number = out("AG-014", "08:12")
    standing = late_entries.standing(timeline.entries(session, number))

    def hit(clock: str, seats: int) -> datetime | None:
        found = cover_course.of_incident(session, plan, number, standing, at(clock))
        return cover_course.hit_at(found, plan, "CL-3", seats)

    assert hit("08:12", 1) == at("08:12")
    assert hit("08:12", 2) is None
    assert out("AG-013", "08:20") == number
    takes_back(session, "AG-013", by="AG-013", role="agent", now=at("08:40"))
    assert hit("08:50", 2) == at("08:20")
    assert hit("08:50", 3) is None


@pytest.mark.covers("A12", "E27")
def test_of_two_views_the_higher_level_is_in_force(session: Session, plan: Plan, out: Out) -> None:
    number = out("AG-014", "08:12")
    level(session, number, "CHARLIE", 2, "08:15")
    level(session, number, "CHARLIE", 3, "08:20", view="ert")
    level(session, number, "CHARLIE", 2, "08:30", view="ert", type="level settled")
    found = course(session, plan, number, "CHARLIE/hu", "08:40")
    assert found.levels == tuple(
        LevelStep(at(clock), n) for clock, n in (("08:15", 2), ("08:20", 3), ("08:30", 2))
    )


@pytest.mark.covers("R42", "A16")
@pytest.mark.parametrize("to", ["voicemail", "overflow"])
def test_voicemail_counts_once_each_line_was_heard(
    session: Session, plan: Plan, out: Out, to: str
) -> None:
    number = out("AG-014", "08:12")

    def routed(what: str, clock: str, mode: str = to, **named: str) -> None:
        where = {"line": "line-31", "project": "CHARLIE", "queue": "CHARLIE/hu", **named}
        timeline.append(
            session, number, f"routing {what}", what, now=at(clock), data={**where, "mode": mode}
        )

    routed("ordered", "08:20")
    routed("executed", "08:22")
    silent = course(session, plan, number, "CHARLIE/hu", "08:25").voicemail
    assert silent.on
    assert silent.verified_at is None
    routed("verified", "08:26")
    heard = course(session, plan, number, "CHARLIE/hu", "08:30").voicemail
    assert heard.verified_at == at("08:26")
    assert not course(session, plan, number, "CHARLIE/pl", "08:30").voicemail.on
    routed("ended", "09:00")
    assert not course(session, plan, number, "CHARLIE/hu", "09:05").voicemail.on
    routed("executed", "09:10", queue="hu")
    again = course(session, plan, number, "CHARLIE/hu", "09:12").voicemail
    assert (again.on, again.executed_at, again.verified_at) == (True, at("09:10"), None)
    routed("executed", "09:20", mode="normal")
    routed("verified", "09:21", mode="normal")
    assert not course(session, plan, number, "CHARLIE/hu", "09:25").voicemail.on


@pytest.mark.covers("A16")
def test_a_notice_is_no_voicemail(session: Session, plan: Plan, out: Out) -> None:
    number = out("AG-014", "08:12")
    for what, clock in (("ordered", "08:20"), ("executed", "08:22")):
        timeline.append(
            session, number, f"routing {what}", what, now=at(clock),
            data={"line": "line-31", "project": "CHARLIE", "queue": "CHARLIE/hu",
                  "mode": "notice"},
        )  # fmt: skip
    voicemail = course(session, plan, number, "CHARLIE/hu", "08:25").voicemail
    assert (voicemail.ordered_at, voicemail.on) == (None, False)


@pytest.mark.covers("E5", "D4")
def test_who_is_out_in_an_exercise_leaves_the_real_seats_alone(
    session: Session, plan: Plan, out: Out
) -> None:
    number = out("AG-014", "08:12")
    played = out("AG-013", "08:13", exercise=True)
    assert played != number
    real = course(session, plan, number, "CHARLIE/hu", "08:20").course.now
    played_now = course(session, plan, played, "CHARLIE/hu", "08:20").course.now
    assert real is not None
    assert played_now is not None
    assert (real.own, real.out) == (played_now.own, played_now.out) == (1, 1)


@pytest.mark.covers("A12", "A17")
def test_the_worst_level_ever_stays_and_a_withdrawn_one_does_not(
    session: Session, plan: Plan, out: Out
) -> None:
    number = out("AG-014", "08:12")
    assert levels.worst_ever(session, number) == 0
    level(session, number, "CHARLIE", 3, "08:15")
    level(session, number, "CHARLIE", 1, "08:40", type="level changed")
    assert levels.worst_ever(session, number) == 3
    (first,) = timeline.entries(session, number, "level set")
    late_entries.correct(
        session, number, first.seq, "Wrong incident", LEAD, withdrawn=True, now=at("08:45")
    )
    assert levels.worst_ever(session, number) == 1


@pytest.mark.covers("E45")
def test_calls_go_elsewhere_until_each_line_is_back(session: Session, plan: Plan, out: Out) -> None:
    number = out("AG-014", "08:12")

    def routed(what: str, line: str, clock: str, mode: str = "voicemail") -> None:
        timeline.append(
            session, number, f"routing {what}", what, now=at(clock),
            data={"line": line, "mode": mode},
        )  # fmt: skip

    routed("executed", "line-31", "08:20")
    routed("executed", "line-32", "08:21")
    routed("ended", "line-31", "09:00", "normal")
    assert drafts.divert_active(session, number)
    routed("executed", "line-32", "09:05", "normal")
    assert not drafts.divert_active(session, number)


@pytest.mark.covers("A16", "R42", "E41")
def test_who_sits_at_a_line_that_goes_to_voicemail_answers_nobody(
    session: Session, plan: Plan, out: Out
) -> None:
    number = out("AG-014", "08:12")
    level(session, number, "CHARLIE", 1, "08:15")
    called(session, number, "AG-016", "CHARLIE/hu", "native", "08:15")
    early = course(session, plan, number, "CHARLIE/hu", "08:20")
    cover.live(early.calls[0], by="phone system", now=at("08:33"))
    for type, clock in (("routing executed", "08:20"), ("routing end executed", "08:50")):
        timeline.append(
            session, number, type, "line-31", now=at(clock),
            data={"line": "line-31", "project": "CHARLIE", "queue": "CHARLIE/hu",
                  "mode": "voicemail"},
        )  # fmt: skip
    found = course(session, plan, number, "CHARLIE/hu", "09:30")
    assert found.course.recovered_at == at("08:50"), "not since somebody merely sat there"
    assert verdict_of(found.clocks).outcome is Outcome.MISSED
