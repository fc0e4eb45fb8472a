"""Very many people asked at once over real sockets: nobody is lost, nobody is asked twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from kitart.alerts.contact_test import open_contact_test
from kitart.clock import real_now
from kitart.connectors.http import host_pauses
from kitart.installation import Installation
from kitart.journal import contact_tests, incidents, messages, timeline
from kitart.journal.database import Lease, LeaseLost
from kitart.journal.messages import Outgoing
from kitart.journal.tables import Message
from kitart.messaging import contact_calls
from kitart.plan.contact_list import contact_list
from kitart.plan.loading import load_plan
from kitart.plan.people import Channel
from kitart.plan.schema import Plan
from kitart.settings import HOUSE, Settings
from sandbox.sms_state import NumberFault
from tests.held_elsewhere import hold_until
from tests.new_journal import make_tables

PEOPLE = 200
KIND = "vcc_admin"  # no plan pages it


def company() -> Plan:
    """The sample company with ``PEOPLE`` administrators, each with a phone."""
    plan = load_plan(HOUSE / "config")
    (pattern, *_) = plan.people_of_kind(KIND)
    others = tuple(person for person in plan.people if person.kind != KIND)
    many = tuple(
        pattern.model_copy(
            update={
                "id": f"AG-{n:04d}",
                "channels": (Channel(kind="sms", address=f"+447700900{n:03d}"),),
                "leave": (),
                "language": "en",
            }
        )
        for n in range(PEOPLE)
    )
    return plan.model_copy(update={"people": others + many})


class Asking:
    """A test of the contact list that has begun and is driven by us."""

    def __init__(self, inst: Installation, sms: Any) -> None:
        self.inst, self.sms, self.plan = inst, sms, company()
        with inst.journal.write() as session:
            opened = open_contact_test(session, self.plan, inst.clock, roles=[KIND])
            self.number = opened.incident.number
        self.lease = self.take()
        with inst.journal.write(self.lease) as session:
            contact_tests.begin(session, self.number, now=inst.clock.now())

    def take(self) -> Lease:
        """The lease for a new run; whoever held it has lost it."""
        with self.inst.journal.write() as session:
            hold_until(session, self.number, None)
            lease = incidents.take_lease(session, self.number, "run", real_now=real_now())
        assert lease is not None
        return lease

    def ask(self) -> None:
        contact_calls.ask_all(self.inst, self.plan, self.number, 1, self.lease)

    @property
    def rows(self) -> list[Message]:
        with self.inst.journal.read() as session:
            return messages.of_incident(session, self.number)

    @property
    def arrived(self) -> Counter[str]:
        """How many messages lie on each phone."""
        return Counter(message.to for message in self.sms.state.sent)


@pytest.fixture
def asking(sms: Any, tmp_path: Path, database_url: Callable[[], str]) -> Iterator[Asking]:
    settings = Settings(
        data_dir=tmp_path,
        database_url=database_url(),
        secret_key=SecretStr("a-long-key-for-the-test"),
        sms=sms.settings,
    )
    inst = Installation(settings)
    make_tables(inst.journal)
    yield Asking(inst, sms)
    inst.journal.close()


def phone(n: int) -> str:
    return f"+447700900{n:03d}"


@pytest.mark.covers("R50", "D15", "E43")
def test_everybody_is_asked_once_though_the_provider_asks_for_pauses(asking: Asking) -> None:
    asking.sms.faults.set("POST *", "throttle", retry_after=1, every=60, times=3)
    asking.sms.state.faults[phone(7)] = NumberFault(status=400, code=21211)
    asking.ask()
    assert len(asking.rows) == PEOPLE
    assert asking.arrived == Counter(phone(n) for n in range(PEOPLE) if n != 7)
    refused = [row for row in asking.rows if row.state != "accepted"]
    assert [(row.recipient, row.state, row.attempts) for row in refused] == [
        ("AG-0007", "failed", 1)
    ]
    assert "the number is not valid (code 21211)" in refused[0].detail
    # Every try is in the record, and the record is whole.
    with asking.inst.journal.read() as session:
        said = Counter(e.type for e in timeline.entries(session, asking.number))
        assert timeline.first_broken(session, incidents.get(session, asking.number)) is None
    assert said["message accepted"] == PEOPLE - 1
    (throttled,) = asking.sms.faults.rules()
    assert throttled.used == 3
    assert said["message failed"] >= 1 + throttled.used
    assert said["message failed"] == sum(row.attempts for row in asking.rows) - PEOPLE + 1


@pytest.mark.covers("D15", "D21")
def test_a_sender_that_lost_its_lease_stops_and_the_next_asks_the_rest_once(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    send, taken_over = asking.inst.sms.send, []

    def send_until_taken_over(to: str, *words: Any, **more: Any) -> Any:
        if to == phone(PEOPLE // 2):
            taken_over.append(asking.take())
        return send(to, *words, **more)

    monkeypatch.setattr(asking.inst.sms, "send", send_until_taken_over)
    with pytest.raises(LeaseLost):
        asking.ask()
    before = asking.arrived
    assert PEOPLE // 2 <= len(before) < PEOPLE
    # What went out went out, and is on record as such: nothing is left half done.
    assert {row.state for row in asking.rows} == {"accepted"}
    assert {row.address for row in asking.rows} == set(before)
    (asking.lease,) = taken_over
    asking.ask()
    assert asking.arrived == Counter(map(phone, range(PEOPLE)))
    assert {row.state for row in asking.rows} == {"accepted"}
    asking.ask()
    assert asking.arrived.total() == PEOPLE


@pytest.mark.covers("D15", "D7")
def test_whom_a_killed_sender_was_just_writing_to_is_written_to_again_by_the_next(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "SENDER_DEAD_AFTER", timedelta(seconds=2))
    for entry in contact_list(asking.plan, [KIND])[:3]:
        # Killed between claiming and sending: nothing more is known of these.
        wanted = Outgoing(
            key=contact_tests.message_key(asking.number, entry, 1), incident=asking.number,
            purpose=contact_calls.PURPOSE, recipient=entry.person.id, role=KIND, channel="sms",
            address=entry.channel.address, subject="", text="as it was",
        )  # fmt: skip
        with asking.inst.journal.write(asking.lease) as session:
            now = asking.inst.clock.now()
            messages.claim(session, wanted, now=now, real_now=real_now())
    asking.ask()
    assert asking.arrived == Counter(map(phone, range(PEOPLE)))
    again = {sms.to for sms in asking.sms.state.sent if "may have reached you before" in sms.body}
    assert again == set(map(phone, range(3)))


@pytest.mark.covers("E43", "D15")
def test_a_pause_longer_than_the_patience_leaves_the_message_failed_with_the_reason(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contact_calls, "PATIENCE_S", 5.0)
    rule = asking.sms.faults.set("POST *", "throttle", retry_after=600)
    asking.ask()
    assert asking.arrived == Counter()
    assert {(row.state, row.attempts) for row in asking.rows} == {("failed", 1)}
    assert all("asked us to wait" in r.detail or "answered 429" in r.detail for r in asking.rows)
    assert rule.used <= 16
    # The same messages go out once the provider takes them: after a try's pause of a second.
    asking.sms.faults.clear()
    host_pauses.forget()
    monkeypatch.setattr(messages, "pause_s", lambda _: 0.0)
    asking.ask()
    assert asking.arrived == Counter(map(phone, range(PEOPLE)))


@pytest.mark.covers("E40")
def test_whoever_waits_for_a_provider_is_not_asked_any_more_once_it_is_not_wanted(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = asking.sms.faults.set("POST *", "throttle", retry_after=3, times=1)
    monkeypatch.setattr(contact_tests, "real_incident", lambda _: rule.used or None)
    asking.ask()
    assert asking.arrived.total() < PEOPLE
    assert [row.attempts for row in asking.rows if row.state == "failed"][:1] == [1]
