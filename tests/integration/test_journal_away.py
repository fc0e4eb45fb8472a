"""The journal's server goes away and comes back: who can wait does, and what was sent is known."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from prefect.states import Failed
from pydantic import SecretStr
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from kitart.alerts.opening import open_or_join
from kitart.clock import HandClock, monotonic_s, sleep_s
from kitart.installation import Installation
from kitart.journal import incidents, timeline
from kitart.journal.database import Journal, went_away
from kitart.journal.messages import Outgoing
from kitart.messaging import delivering
from kitart.plan.loading import load_plan
from kitart.settings import HOUSE, Settings
from tasks.steps import step
from tests.new_journal import make_tables
from tests.servers import Postgres

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
PLAN = load_plan(HOUSE / "config")
AWAY_S = 1.5


@pytest.fixture
def server() -> Iterator[Postgres]:
    made = Postgres()
    yield made
    made.remove()


@pytest.fixture
def inst(server: Postgres, tmp_path: Path) -> Iterator[Installation]:
    settings = Settings(
        data_dir=tmp_path, secret_key=SecretStr("sixteen-letters-or-more"),
        database_url=server.new_database(),
    )  # fmt: skip
    made = Installation(settings, HandClock(NOW))
    make_tables(made.journal)
    yield made
    made.journal.close()


@contextlib.contextmanager
def away(server: Postgres) -> Iterator[None]:
    """The server dies, and comes back a moment later, while the block runs."""
    server.stop()

    def come_back() -> None:
        sleep_s(AWAY_S)
        server.start()

    back = threading.Thread(target=come_back)
    back.start()
    try:
        yield
    finally:
        back.join()


def one(session: Session) -> int:
    return int(session.scalar(sa.select(sa.literal(1))) or 0)


def test_a_run_that_can_wait_is_answered_when_the_server_is_back(
    inst: Installation, server: Postgres
) -> None:
    inst.journal.patience_s = 30.0
    with away(server):
        assert inst.journal.ask(one) == 1
        with inst.journal.write() as session:
            assert one(session) == 1


def test_whoever_has_other_things_to_do_learns_at_once_that_the_server_is_away(
    inst: Installation, server: Postgres
) -> None:
    with away(server):
        begun_s = monotonic_s()
        with pytest.raises(OperationalError):
            inst.journal.ask(one)
        assert monotonic_s() - begun_s < AWAY_S


def test_a_question_that_was_under_way_is_put_again(inst: Installation, server: Postgres) -> None:
    inst.journal.patience_s = 30.0
    asked: list[int] = []

    def question(session: Session) -> int:
        one(session)
        asked.append(1)
        if len(asked) == 1:
            server.stop()
            server.start()
        return one(session)

    assert inst.journal.ask(question) == 1
    assert len(asked) == 2


def wanted(inst: Installation) -> Outgoing:
    with inst.journal.write() as session:
        number = open_or_join(
            session, PLAN, "VCC", reported_by="monitor test", seen="away", cause_at=None, now=NOW
        ).incident.number
    return Outgoing(
        key=f"{number}/page/AM-2/sms", incident=number, purpose="page", recipient="AM-2",
        role="account manager", channel="sms", address="+36000", subject="", text="VCC is down",
    )  # fmt: skip


@pytest.mark.covers("D15")
def test_what_left_while_the_journal_was_away_is_on_record_once_it_is_back_and_not_sent_again(
    inst: Installation, server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    message, sent = wanted(inst), list[str]()
    with contextlib.ExitStack() as until_back:

        def send(_inst: Any, _connector: str, _message: Outgoing, text: str, **_: Any) -> str:
            sent.append(text)
            until_back.enter_context(away(server))
            return "id-1"

        monkeypatch.setattr(delivering, "send_by", send)
        row = delivering.deliver(inst, PLAN, message)
    assert row is not None
    assert (row.state, row.provider_id, row.attempts) == ("accepted", "id-1", 1)
    assert delivering.deliver(inst, PLAN, message) is not None
    assert sent == ["VCC is down"]
    assert_one_entry(inst, message.incident)


@pytest.mark.covers("D15", "D1")
def test_an_outcome_that_was_written_though_the_journal_said_nothing_stands_there_once(
    inst: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = wanted(inst)
    monkeypatch.setattr(delivering, "send_by", lambda *_a, **_k: "id-1")
    lost_once(inst.journal, monkeypatch, of="message accepted")
    row = delivering.deliver(inst, PLAN, message)
    assert row is not None
    assert row.state == "accepted"
    assert_one_entry(inst, message.incident)


def assert_one_entry(inst: Installation, incident: str) -> None:
    with inst.journal.read() as session:
        said = timeline.entries(session, incident, "message accepted", "message failed")
        assert [entry.type for entry in said] == ["message accepted"]
        assert timeline.first_broken(session, incidents.get(session, incident)) is None


def lost_once(journal: Journal, monkeypatch: pytest.MonkeyPatch, *, of: str) -> None:
    """The first write with such an entry is committed, and its writer hears that it was not."""
    write: Callable[..., Any] = journal.write
    lost: list[str] = []

    @contextlib.contextmanager
    def unsure(*args: Any, **kwargs: Any) -> Iterator[Session]:
        with write(*args, **kwargs) as session:
            yield session
            types = [row.type for row in session.identity_map.values() if hasattr(row, "type")]
        if of in types and not lost:
            lost.append(of)
            raise OperationalError("COMMIT", {}, Exception("gone"), connection_invalidated=True)

    monkeypatch.setattr(journal, "write", unsure)


def test_only_a_connection_that_was_ended_is_tried_again() -> None:
    ended = OperationalError("", {}, Exception(), connection_invalidated=True)
    assert went_away(ended)
    assert not went_away(OperationalError("", {}, Exception("database is locked")))
    assert not went_away(ValueError("of the plan"))


def test_a_step_that_was_under_way_is_done_again() -> None:
    ended = OperationalError("", {}, Exception(), connection_invalidated=True)
    again = step("a step for this test")(lambda: None).retry_condition_fn
    assert again is not None
    assert again(None, None, Failed(data=ended))
    assert not again(None, None, Failed(data=OperationalError("", {}, Exception("no such table"))))
    assert not again(None, None, Failed(data=ValueError("of the plan")))
