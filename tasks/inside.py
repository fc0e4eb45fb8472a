"""News inside the company that no other text is for: what is so now, and what comes next."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from kitart.installation import installation
from kitart.journal.database import Lease
from kitart.language import Phrase, phrase
from kitart.messaging.side_by_side import side_by_side
from kitart.messaging.telling import tell
from kitart.reports import internal
from kitart.reports.gathering import gather

WHEN_IT_CHANGES = phrase("when the state changes")


def tell_inside(
    lease: Lease,
    people: Iterable[str],
    occasion: str,
    news: Phrase,
    next_news: Phrase | datetime = WHEN_IT_CHANGES,
) -> None:
    """Tell role holders, each once for an ``occasion`` (section 8, row 3)."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    with inst.journal.read() as session:
        facts = gather(session, plan, lease.incident, inst.clock.now())
    values = internal.internal_alert(facts, next_step=news, next_news=next_news)
    side_by_side(
        [
            partial(tell, inst, plan, lease.incident, person, "internal-alert", occasion, values,
                    lease=lease)
            for person in dict.fromkeys(people)
        ]
    )  # fmt: skip
