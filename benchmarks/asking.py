"""How long it takes to ask everybody at once, and whether everybody was asked exactly once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from benchmarks.company import KIND, company_of
from benchmarks.sms_gateway import Gateway
from kitart.alerts.contact_test import open_contact_test
from kitart.clock import monotonic_s, real_now
from kitart.connectors.http import host_pauses
from kitart.installation import Installation
from kitart.journal import contact_tests, incidents, messages
from kitart.journal.database import Lease
from kitart.messaging import contact_calls
from kitart.plan.schema import Plan


@dataclass(frozen=True)
class Asked:
    """One run: how many people, until the last message was accepted and recorded (seconds)."""

    people: int
    seconds: float
    refused: int = 0

    @property
    def each_ms(self) -> float:
        """Milliseconds a message, taken over all."""
        return 1000 * self.seconds / self.people


def ask_one_after_another(inst: Installation, gateway: Gateway, sample: Plan, people: int) -> Asked:
    """As ``ask``, without the pool: what the others are compared with."""

    def in_turn(jobs: Sequence[Callable[[], Any]]) -> list[Any]:
        return [job() for job in jobs]

    with patch.object(contact_calls, "side_by_side", in_turn):
        return ask(inst, gateway, sample, people)


def ask(
    inst: Installation, gateway: Gateway, sample: Plan, people: int, *, every_refused: int = 0
) -> Asked:
    """Ask ``people`` people by SMS, as the test of the contact list does.

    Of ``every_refused`` requests one is answered 429 with ``Retry-After: 1``. Raises
    ``RuntimeError`` unless each phone got one message and the journal says so.
    """
    plan = company_of(sample, people)
    lease = _begun(inst, plan)
    gateway.begin(every_refused)
    began_s = monotonic_s()
    contact_calls.ask_all(inst, plan, lease.incident, 1, lease)
    seconds = monotonic_s() - began_s
    _judge(inst, gateway, lease.incident, people)
    refused = gateway.refused()
    with inst.journal.write() as session:
        incidents.close(session, lease.incident, "evaluated", now=inst.clock.now())
    host_pauses.forget()
    return Asked(people, seconds, refused)


def _begun(inst: Installation, plan: Plan) -> Lease:
    with inst.journal.write() as session:
        number = open_contact_test(session, plan, inst.clock, roles=[KIND]).incident.number
        lease = incidents.take_lease(session, number, "bench", real_now=real_now())
    assert lease is not None
    with inst.journal.write(lease) as session:
        contact_tests.begin(session, number, now=inst.clock.now())
    return lease


def _judge(inst: Installation, gateway: Gateway, number: str, people: int) -> None:
    taken = gateway.taken()
    if len(taken) != people or set(taken.values()) != {1}:
        raise RuntimeError(
            f"of {people} phones {len(taken)} got a message, {taken.total()} messages in all"
        )
    with inst.journal.read() as session:
        states = {row.state for row in messages.of_incident(session, number)}
    if states != {"accepted"}:
        raise RuntimeError(f"the journal says {', '.join(sorted(states))}; right would be accepted")
