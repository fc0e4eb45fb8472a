"""Two people where the plan wants two: who may not give an approval (c21, D5).

Nobody approves a report that their own words stand in, and nobody gives both of its approvals.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from kitart.journal import approvals, documents, write_up
from kitart.journal.tables import Approval

APPROVE, SECOND = "approve", ":second"
SIGN_OFF, REVIEW, OWN_REVIEW = "sign-off", ":review", ":own-review"
"""An own review is that of somebody who wrote for the report, where nobody else is left."""
# Whose words stand in which reports as they were written.
WORDS_OF = {
    "closing-report": ("findings",),
    "preliminary-report": ("findings",),
    "after-action-report": ("findings",),
}


def authors(session: Session, incident: str, report: str, client: str) -> frozenset[str]:
    """Who wrote words that stand in a client's report of this type, or in the company's own."""
    kinds = WORDS_OF.get(report)
    if kinds is None:
        return frozenset()
    answered = frozenset(
        row.answered_by
        for row in approvals.of_incident(session, incident)
        if row.kind in kinds and row.answered_by and row.note
    )
    reader = None if client == documents.INTERNAL else client
    return answered | write_up.authors(session, incident, reader)


def barred(session: Session, row: Approval) -> frozenset[str]:
    """Who was asked and may not answer all the same: somebody else must."""
    if row.document_id is None or row.kind not in (APPROVE, SIGN_OFF):
        return frozenset()
    document = documents.get(session, row.document_id)
    wrote = authors(session, row.incident, document.type, document.client)
    if row.kind == SIGN_OFF:
        return _signed_before(session, row) | (wrote if row.key.endswith(REVIEW) else frozenset())
    if not row.key.endswith(SECOND):
        return wrote
    first = approvals.with_key(session, row.key.removesuffix(SECOND))
    return wrote | ({first.answered_by} if first is not None and first.answered_by else set())


def _signed_before(session: Session, row: Approval) -> frozenset[str]:
    """Who gave another step of this version's approval: each step is another person's."""
    return frozenset(
        other.answered_by
        for other in approvals.of_incident(session, row.incident)
        if (other.kind, other.document_id) == (SIGN_OFF, row.document_id)
        and other.id != row.id
        and other.answered_by
    )
