"""Whether the short text that a client's contract pre-approved is true now, and what it says."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from kitart.journal import incidents
from kitart.journal.tables import Document
from kitart.language import Phrase, phrase
from kitart.messaging.occasion import about, lines_of
from kitart.plan.schema import Plan
from kitart.plan.workplace import WORKPLACE
from kitart.reports import drafts
from kitart.reports.facts import QueueCover
from kitart.reports.gathering import gather

# The reports that a short text can stand in for.
NEWS_OF_THE_OUTAGE = ("first-notification", "status-update")
LIMITED = ("nobody", "voicemail", "short", "english")


def short_text_values(
    session: Session, plan: Plan, document: Document, now: datetime
) -> dict[str, Any] | None:
    """The values of the short text, its template among them; ``None`` where it would not be true.

    "May not be reached" is said of lines while their system fails: never after it is back (E31),
    nor where calls go on. "Limited" is said of lines where agents are missing and callers feel it.
    """
    row = incidents.get(session, document.incident)
    if document.type not in NEWS_OF_THE_OUTAGE or drafts.system_up(session, plan, row.number, now):
        return None
    values = about(session, plan, row.number)
    if row.system_id == WORKPLACE:
        facts = gather(session, plan, row.number, now)
        mine = {project.id for project in plan.projects if project.client == document.client}
        hit = [q for q in facts.cover if q.project_id in mine and _limited(q)]
        since = min((q.effect_at for q in hit if q.effect_at is not None), default=None)
        if since is None:
            return None
        template = {"template": "client-limited-service"}
        return values | template | {"since": since, "lines": _lines(plan, hit)}
    if not plan.system(row.system_id).carries_calls:
        return None
    template = {"template": "client-first-notification"}
    return values | template | {"lines": lines_of(plan, document.client)}


def _limited(queue: QueueCover) -> bool:
    return queue.situation in LIMITED


def _lines(plan: Plan, queues: list[QueueCover]) -> Phrase:
    numbers = [
        line.number
        for queue in queues
        for line in plan.lines_of(queue.project_id)
        if line.lang == queue.lang
    ]
    if len(numbers) == 1:
        return phrase("your line {number}", number=numbers[0])
    return phrase("your lines {numbers}", numbers=", ".join(numbers))
