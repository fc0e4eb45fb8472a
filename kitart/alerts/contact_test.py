"""Beginning a test of the contact list, whoever asks for it (R50, E40)."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.orm import Session

from kitart.clock import Clock, real_now
from kitart.journal import contact_tests, plans
from kitart.journal.incidents import Opened
from kitart.plan.schema import Plan


class RealIncidentOpen(Exception):
    """A real incident is open: the test waits for another day (E40)."""


def open_contact_test(
    session: Session,
    plan: Plan,
    clock: Clock,
    *,
    roles: Collection[str] = (),
    minutes: int | None = None,
    asked_by: str = "operator",
) -> Opened:
    """Open a test, or join the one that runs; the plan is frozen into a new one (D30).

    ``roles`` are kinds of people, none for all; ``minutes`` to answer, ``None`` for the plan's
    limit. Raises ``RealIncidentOpen``.
    """
    real = contact_tests.real_incident(session)
    if real is not None:
        raise RealIncidentOpen(f"{real.number} is open: a test waits until it is closed")
    now = clock.now()
    plans.keep(session, plan.hash, plan.snapshot, now=now)
    return contact_tests.open_or_join(
        session, plan, roles, minutes or plan.limits.contact_test, asked_by,
        now=now, real_now=real_now(),
    )  # fmt: skip
