"""An agent's answer waits for its own incident only, and each agent's words come one after another
(E18, E33). On PostgreSQL, where writers do not queue anyway."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from kitart.alerts.workplace import report_outage
from kitart.gateway import roll_called
from kitart.gateway.visits import Refused
from kitart.journal import incidents, messages, outage_reports, plans, roll_calls, timeline
from kitart.journal.database import Journal, Lease, LeaseLost
from kitart.journal.messages import Outgoing
from kitart.journal.outage_reports import Said
from kitart.messaging import agents_gone
from kitart.messaging.agents_gone import Seen
from kitart.messaging.roll_call import note_asked
from kitart.plan.loading import load_plan
from kitart.rules.rosters import on_shift
from kitart.settings import HOUSE
from tests.new_journal import make_tables
from tests.unit.journal.conftest import PLAN_HASH

pytestmark = pytest.mark.covers("E18", "E33")
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
MINUTES = timedelta(minutes=5)
PLAN = load_plan(HOUSE / "config")
ONE, OTHER, THIRD = "AG-014", "AG-016", "AG-011"
BUSY = "INC-0001"
SOON_S = 10.0


@pytest.fixture
def address(new_postgres_database: Callable[[], str]) -> str:
    return new_postgres_database()


@pytest.fixture
def journal(empty_journal: Journal) -> Journal:
    make_tables(empty_journal)
    with empty_journal.write() as session:
        plans.keep(session, PLAN_HASH, {"a": "plan"}, now=NOW)
        assert report_outage(session, PLAN, "first", said(THIRD), now=NOW) is not None
        assert note_asked(session, PLAN, BUSY, [ONE, OTHER], now=NOW) == (ONE, OTHER)
    return empty_journal


@pytest.fixture
def place(journal: Journal) -> Any:
    """As much of the gateway as an answer needs."""
    clock = SimpleNamespace(now=lambda: LATER)
    inst = SimpleNamespace(journal=journal, clock=clock, plan_of=lambda number: PLAN)
    return SimpleNamespace(inst=inst, watchman=SimpleNamespace(opened=lambda number: None))


@pytest.fixture
def meanwhile() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as pool:
        yield pool


@dataclass
class Writer:
    """Writes about the incident until ``done`` is set, and closes it then if it ``closes``."""

    journal: Journal
    closes: bool = False
    holds: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)

    def write(self) -> None:
        with self.journal.write() as session:
            incidents.held(session, BUSY)
            self.holds.set()
            self.done.wait(60)
            if self.closes:
                incidents.close(session, BUSY, "closed", now=LATER)


@pytest.fixture
def writer(journal: Journal, meanwhile: ThreadPoolExecutor) -> Iterator[Writer]:
    one = Writer(journal)
    writing = meanwhile.submit(one.write)
    assert one.holds.wait(SOON_S)
    yield one
    one.done.set()
    writing.result(SOON_S)


def said(agent: str, *, safe: str = "yes", what: str = "power") -> Said:
    project, _, language = PLAN.agent(agent).queue.partition("/")
    return Said(
        agent=agent, project=project, language=language, area=PLAN.agent(agent).area,
        reported_by=agent, role="agent", safe=safe, what=what, can_move="", occurred_at=NOW,
        until=None,
    )  # fmt: skip


def by_page_of(journal: Journal, words: Said) -> None:
    with journal.write() as session:
        report_outage(session, PLAN, f"page:{words.words}", words, now=LATER)


def waits(future: Future[Any]) -> bool:
    """Whether it is still not done after a moment."""
    try:
        future.result(0.5)
    except TimeoutError:
        return True
    return False


def both_answer(place: Any, meanwhile: ThreadPoolExecutor) -> list[Future[Any]]:
    """Both who were asked can work, in one moment, and their answers wait."""
    answers = [meanwhile.submit(roll_called.answer, place, BUSY, who, "works")
               for who in (ONE, OTHER)]  # fmt: skip
    assert all(waits(each) for each in answers)
    return answers


def report_of(journal: Journal, agent: str) -> Any:
    with journal.read() as session:
        return outage_reports.of_agent(session, agent)


@pytest.mark.parametrize("word", ["works", "cannot", "help"])
def test_an_answer_that_waits_for_its_incident_holds_up_nobody_else(
    journal: Journal,
    place: Any,
    writer: Writer,
    meanwhile: ThreadPoolExecutor,
    open_one: Callable[..., Any],
    word: str,
) -> None:
    answer = meanwhile.submit(roll_called.answer, place, BUSY, ONE, word)
    assert waits(answer)
    assert meanwhile.submit(open_one, "VCC").result(SOON_S).new, "an alert is taken meanwhile"
    writer.done.set()
    answer.result(SOON_S)
    with journal.read() as session:
        row = roll_calls.newest(session, BUSY, ONE)
        assert row is not None
        assert row.answer == word
        texts = [e.data["answer"] for e in timeline.entries(session, BUSY, "roll-call answered")]
    assert texts == [word]
    assert (report_of(journal, ONE) is None) == (word == "works")


def test_two_answers_of_one_agent_come_one_after_the_other(
    journal: Journal, place: Any, writer: Writer, meanwhile: ThreadPoolExecutor
) -> None:
    first = meanwhile.submit(roll_called.answer, place, BUSY, ONE, "cannot")
    assert waits(first)
    second = meanwhile.submit(roll_called.answer, place, BUSY, ONE, "works")
    by_page = meanwhile.submit(by_page_of, journal, said(ONE, what="internet"))
    other = meanwhile.submit(roll_called.answer, place, BUSY, OTHER, "works")
    assert all(waits(each) for each in (second, by_page, other))
    writer.done.set()
    for each in (first, second, by_page, other):
        each.result(SOON_S)
    with journal.read() as session:
        agents = [e.data["agent"] for e in timeline.entries(session, BUSY, "roll-call answered")]
        found = incidents.get(session, BUSY)
        assert timeline.first_broken(session, found) is None
    assert sorted(agents) == [ONE, ONE, OTHER]


def test_silence_and_being_live_again_are_left_to_the_next_look_while_an_answer_is_taken(
    journal: Journal, place: Any, writer: Writer, meanwhile: ThreadPoolExecutor
) -> None:
    answer = meanwhile.submit(roll_called.answer, place, BUSY, ONE, "works")
    assert waits(answer)
    late = NOW + timedelta(minutes=10)
    silences = meanwhile.submit(agents_gone.work_silences, journal, PLAN, now=late)
    back = meanwhile.submit(
        agents_gone.note_back, journal, Seen(late, frozenset({ONE}), frozenset({ONE}))
    )
    writer.done.set()
    answer.result(SOON_S)
    assert silences.result(SOON_S) == (BUSY,)
    back.result(SOON_S)
    assert report_of(journal, ONE) is None, "who answered is not out"
    assert report_of(journal, OTHER).role == "roll-call", "who did not, is"
    with journal.read() as session:
        row = roll_calls.newest(session, BUSY, ONE)
        assert row is not None
        assert row.answer == "works"


def test_an_answer_that_comes_as_the_incident_is_closed_is_told_so(
    journal: Journal, place: Any, writer: Writer, meanwhile: ThreadPoolExecutor
) -> None:
    writer.closes = True
    answer = meanwhile.submit(roll_called.answer, place, BUSY, ONE, "cannot")
    assert waits(answer)
    writer.done.set()
    with pytest.raises(Refused):
        answer.result(SOON_S)
    assert report_of(journal, ONE) is None


def test_a_look_that_asks_in_a_busy_incident_holds_up_nobody_else(
    journal: Journal,
    writer: Writer,
    meanwhile: ThreadPoolExecutor,
    open_one: Callable[..., Any],
) -> None:
    project = PLAN.agent(THIRD).queue.partition("/")[0]
    (more, *_) = [
        a.id for a in PLAN.agents
        if a.queue.partition("/")[0] == project and a.id != THIRD
        and on_shift(a, NOW) and on_shift(a, LATER + MINUTES)
    ]  # fmt: skip
    both = frozenset({more})
    agents_gone.look(journal, PLAN, Seen(NOW, both, both))
    asking = meanwhile.submit(
        agents_gone.look, journal, PLAN, Seen(LATER, frozenset(), frozenset())
    )
    assert waits(asking)
    assert meanwhile.submit(open_one, "VCC").result(SOON_S).new, "an alert is taken meanwhile"
    writer.done.set()
    assert asking.result(SOON_S) == {BUSY: (more,)}


def test_a_look_whose_incident_is_closed_meanwhile_opens_another(
    journal: Journal, writer: Writer, meanwhile: ThreadPoolExecutor
) -> None:
    at_work = [a.id for a in PLAN.agents if on_shift(a, NOW) and on_shift(a, LATER + MINUTES)]
    live = frozenset(at_work)
    agents_gone.look(journal, PLAN, Seen(NOW, live, live))
    writer.closes = True
    gone = Seen(LATER, frozenset(), frozenset())
    asking = meanwhile.submit(agents_gone.look, journal, PLAN, gone)
    waits(asking)
    writer.done.set()
    assert list(asking.result(SOON_S)) == ["INC-0002"]


def test_of_many_senders_of_a_process_one_waits_at_the_database(
    journal: Journal, writer: Writer, meanwhile: ThreadPoolExecutor
) -> None:
    def send(n: int) -> None:
        def say(session: Any) -> None:
            timeline.append(session, BUSY, "message accepted", f"sms {n}", now=LATER)

        journal.persist(say, about=BUSY)

    sending = [meanwhile.submit(send, n) for n in range(6)]
    assert all([waits(each) for each in sending])
    with journal.read() as session:
        at_the_database = session.scalar(
            sa.text(
                "SELECT count(*) FROM pg_stat_activity "
                "WHERE wait_event_type = 'Lock' AND datname = current_database()"
            )
        )
    assert at_the_database == 1
    writer.done.set()
    for each in sending:
        each.result(SOON_S)
    with journal.read() as session:
        assert len(timeline.entries(session, BUSY, "message accepted")) == 6


@pytest.mark.covers("D21")
def test_a_run_keeps_its_incident_while_others_write_about_it(
    journal: Journal, writer: Writer, meanwhile: ThreadPoolExecutor
) -> None:
    writer.done.set()
    with journal.write() as session:
        lease = incidents.take_lease(session, BUSY, "run", real_now=NOW)
    assert lease is not None

    def renew() -> None:
        with journal.write(about=BUSY, heard=False) as session:
            incidents.renew_lease(session, lease, real_now=LATER)

    with journal.write() as session:
        timeline.append(session, BUSY, "note", "it has the row", now=NOW)
        meanwhile.submit(renew).result(SOON_S)
    with journal.read() as session:
        assert incidents.driven(incidents.get(session, BUSY), real_now=LATER)


@pytest.mark.covers("D15")
def test_a_message_is_claimed_while_others_write_about_its_incident(
    journal: Journal, writer: Writer, meanwhile: ThreadPoolExecutor
) -> None:
    with journal.read() as session:
        fence = incidents.get(session, BUSY).lease_fence

    def claim(fence: int) -> bool:
        wanted = Outgoing("one", BUSY, "ert-alarm", "ERT-1", "ert", "sms", "+3610", "", "Come")
        with journal.write(Lease(BUSY, "run", fence), about=BUSY, beside=True) as session:
            return messages.claim(session, wanted, now=NOW, real_now=NOW) is not None

    assert meanwhile.submit(claim, fence).result(SOON_S)
    with pytest.raises(LeaseLost, match="driven by another run"):
        meanwhile.submit(claim, fence + 1).result(SOON_S)
    assert not writer.done.is_set()


@pytest.mark.covers("D15")
def test_what_senders_record_together_and_a_providers_word_never_wait_for_one_another(
    journal: Journal, writer: Writer, meanwhile: ThreadPoolExecutor
) -> None:
    keys = ("zero", "one", "two")
    claims = {}
    for key in keys:
        wanted = Outgoing(key, BUSY, "ert-alarm", "ERT-1", "ert", "sms", "+3610", "", "Come")
        with journal.write(about=BUSY, beside=True) as session:
            claims[key] = messages.claim(session, wanted, now=NOW, real_now=NOW)

    def record(key: str) -> None:
        def complete(session: Any) -> Any:
            return messages.complete(session, claims[key], "accepted", now=NOW, provider_id=key)

        def enter(session: Any, _row: Any) -> None:
            timeline.append(session, BUSY, "message accepted", key, now=LATER)

        journal.persist(complete, enter, about=BUSY)

    heard, go_on = threading.Event(), threading.Event()

    def provider() -> None:
        with journal.write() as session:
            assert messages.report(session, "two", "two", "delivered", "", now=LATER)
            heard.set()
            assert go_on.wait(SOON_S)
            timeline.append(session, BUSY, "message delivered", "two", now=LATER)

    first = meanwhile.submit(record, "zero")
    assert waits(first)  # for the row of the incident; what comes now goes together
    word = meanwhile.submit(provider)
    assert heard.wait(SOON_S)
    others = [meanwhile.submit(record, key) for key in keys[1:]]
    assert waits(others[1])
    writer.done.set()
    first.result(SOON_S)
    assert waits(others[1])  # for the row of its message, which the provider's word has
    go_on.set()
    for each in (word, *others):
        each.result(SOON_S)
    with journal.read() as session:
        said = {(e.type, e.text) for e in timeline.entries(session, BUSY)}
    assert {("message delivered", "two"), *(("message accepted", key) for key in keys)} <= said


def test_answers_that_come_in_one_moment_hold_their_incident_once(
    journal: Journal, place: Any, writer: Writer, meanwhile: ThreadPoolExecutor
) -> None:
    answers = both_answer(place, meanwhile)
    (together,) = [each for (_, about), each in journal._together.items() if about == BUSY]
    assert len(together._waiting) == 1, "the second waits beside the first, and holds nothing"
    writer.done.set()
    for each in answers:
        each.result(SOON_S)
    with journal.read() as session:
        entries = timeline.entries(session, BUSY, "roll-call answered")
        assert sorted(e.data["agent"] for e in entries) == [ONE, OTHER]
        assert timeline.first_broken(session, incidents.get(session, BUSY)) is None


def test_each_whose_incident_was_closed_meanwhile_hears_so(
    journal: Journal, place: Any, writer: Writer, meanwhile: ThreadPoolExecutor
) -> None:
    answers = both_answer(place, meanwhile)
    writer.closes = True
    writer.done.set()
    for each in answers:
        with pytest.raises(Refused):
            each.result(SOON_S)
    with journal.read() as session:
        assert timeline.entries(session, BUSY, "roll-call answered") == []
        assert [roll_calls.newest(session, BUSY, who).answer for who in (ONE, OTHER)] == [None] * 2  # type: ignore[union-attr]


def test_who_can_work_after_all_ends_the_report_that_stands(journal: Journal, place: Any) -> None:
    by_page_of(journal, said(ONE))
    assert report_of(journal, ONE) is not None
    roll_called.answer(place, BUSY, ONE, "works")
    assert report_of(journal, ONE) is None
    with journal.read() as session:
        (entry,) = timeline.entries(session, BUSY, "roll-call answered")
        assert entry.data["answer"] == "works"
