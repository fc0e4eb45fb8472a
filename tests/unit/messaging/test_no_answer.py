"""A provider that took a message, or not, and gave no answer: it may have gone out (D15)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from kitart.alerts.opening import open_or_join
from kitart.clock import HandClock
from kitart.connectors.errors import ConnectorError
from kitart.connectors.http import Unreachable
from kitart.installation import Installation
from kitart.journal import messages, timeline
from kitart.journal.messages import Outgoing
from kitart.journal.tables import Document, Message
from kitart.messaging import delivering
from kitart.plan.loading import load_plan
from kitart.settings import HOUSE, Settings
from tests.new_journal import make_tables

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
PLAN = load_plan(HOUSE / "config")
REPEAT = "REPEAT, may have reached you before: "
Handed = list[tuple[str, str]]


@pytest.fixture
def inst(tmp_path: Path) -> Iterator[Installation]:
    settings = Settings(data_dir=tmp_path, secret_key=SecretStr("sixteen-letters-or-more"))
    made = Installation(settings, HandClock(NOW))
    make_tables(made.journal)
    with made.journal.write() as session:
        open_or_join(
            session, PLAN, "VCC", reported_by="monitor test", seen="away", cause_at=None, now=NOW
        )
    yield made
    made.journal.close()


@pytest.fixture
def providers(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Handed]:
    """Let providers fail in this order, then take all; what was handed to whom."""

    def will(*failures: ConnectorError | None) -> Handed:
        handed: Handed = []
        coming = list(failures)

        def send(_inst: Any, way: str, _message: Outgoing, text: str, **_: Any) -> str:
            handed.append((way, text))
            failure = coming.pop(0) if coming else None
            if failure is not None:
                raise failure
            return "provider-1"

        monkeypatch.setattr(delivering, "send_by", send)
        monkeypatch.setattr(messages, "failed_just_now", lambda *_: False)
        return handed

    return will


def no_answer() -> ConnectorError:
    return Unreachable("no answer in time", may_have_gone=True)


def refused() -> ConnectorError:
    return Unreachable("connection refused")


def news(channel: str, **more: Any) -> Outgoing:
    return Outgoing(
        key=f"INC-0001:test:{channel}", incident="INC-0001", purpose="ert-alarm",
        recipient="ERT-1", role="ERT member", channel=channel, address="to@somebody.example",
        subject="News", text="the text", **more,
    )  # fmt: skip


def sent(inst: Installation, message: Outgoing) -> Message:
    row = delivering.deliver(inst, PLAN, message)
    assert row is not None
    return row


@pytest.mark.covers("D15")
def test_the_next_try_after_no_answer_says_that_it_may_be_a_repeat(
    inst: Installation, providers: Callable[..., Handed]
) -> None:
    handed = providers(no_answer(), refused())
    assert sent(inst, news("sms")).state == "failed"
    assert sent(inst, news("sms")).state == "failed"
    assert sent(inst, news("sms")).state == "accepted"
    # Also the third: that the second was refused does not undo the first.
    assert [text for _, text in handed] == ["the text", f"{REPEAT}the text", f"{REPEAT}the text"]


@pytest.mark.covers("D15")
def test_what_never_left_is_no_repeat(inst: Installation, providers: Callable[..., Handed]) -> None:
    handed = providers(refused())
    sent(inst, news("sms"))
    sent(inst, news("sms"))
    assert [text for _, text in handed] == ["the text", "the text"]


@pytest.mark.covers("D15")
def test_the_second_way_after_no_answer_by_the_first_says_so_too(
    inst: Installation, providers: Callable[..., Handed]
) -> None:
    handed = providers(no_answer())
    assert sent(inst, news("mail")).state == "accepted"
    assert handed == [("graph_mail", "the text"), ("smtp", f"{REPEAT}the text")]


@pytest.mark.covers("D15")
def test_a_repeat_whose_sender_died_stays_one_through_a_failed_try(
    inst: Installation, providers: Callable[..., Handed]
) -> None:
    message = news("sms")
    long_ago = datetime.now(UTC) - timedelta(minutes=5)
    with inst.journal.write() as session:
        assert messages.claim(session, message, now=NOW, real_now=long_ago)
    handed = providers(refused())
    assert sent(inst, message).state == "failed"
    assert sent(inst, message).state == "accepted"
    assert [text for _, text in handed] == [f"{REPEAT}the text"] * 2


@pytest.mark.covers("D15", "D5")
def test_a_clients_report_that_may_have_gone_goes_by_no_second_way_and_waits_for_a_person(
    inst: Installation, providers: Callable[..., Handed]
) -> None:
    with inst.journal.write() as session:
        document = Document(
            incident="INC-0001", client="CL-1", type="status-update", running_number=1, version=1,
            state="approved", reason="", subject="News", html="<p>", text="the text",
            file_name="news.html", checksum="0", facts={}, fingerprint="",
            valid_as_of=NOW, created_at=NOW,
        )  # fmt: skip
        session.add(document)
        session.flush()
        number = document.id
    handed = providers(no_answer())
    row = sent(inst, news("mail", document_id=number))
    assert row.state == "uncertain"
    assert sent(inst, news("mail", document_id=number)).state == "uncertain"
    assert handed == [("graph_mail", "the text")]
    with inst.journal.read() as session:
        (said,) = timeline.entries(session, "INC-0001", "message uncertain")
    assert "may have gone out, a person must say" in said.text
