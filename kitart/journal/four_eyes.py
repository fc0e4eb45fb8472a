"""Two people where the plan wants two: who may not give an approval (c21, D5).

Nobody approves a report that their own words stand in, and nobody gives both of its approvals.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from kitart.journal import approvals, documents
from kitart.journal.tables import Approval

APPROVE, SECOND = "approve", ":second"
# Whose words stand in which reports as they were written.
WORDS_OF = {"closing-report": ("findings",)}


def authors(session: Session, incident: str, report: str) -> frozenset[str]:
    """Who wrote words that stand in a report of this type."""
    kinds = WORDS_OF.get(report, ())
    return frozenset(
        row.answered_by
        for row in approvals.of_incident(session, incident)
        if row.kind in kinds and row.answered_by and row.note
    )


def barred(session: Session, row: Approval) -> frozenset[str]:
    """Who was asked and may not answer all the same: somebody else must."""
    if row.kind != APPROVE or row.document_id is None:
        return frozenset()
    wrote = authors(session, row.incident, documents.get(session, row.document_id).type)
    if not row.key.endswith(SECOND):
        return wrote
    first = approvals.with_key(session, row.key.removesuffix(SECOND))
    return wrote | ({first.answered_by} if first is not None and first.answered_by else set())
