"""Decisions that somebody took for an account manager who could not be reached (E21).

They hold at once, are marked as taken for another, and are put to the account manager afterwards.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kitart.journal import documents, general, incidents, voicemail_facts
from kitart.journal.four_eyes import SECOND
from kitart.journal.tables import Approval
from kitart.plan import whom
from kitart.plan.schema import Plan

MANAGER = "account_manager"
CONFIRM = "confirm-acting"
# Decided by the account manager of the queues named, not by the coordinating one (A27).
OF_QUEUES = (voicemail_facts.AT_LEVEL_4, voicemail_facts.BACK_TO_NORMAL)
# The account manager's own decisions (R15, A24, A23).
OF_THE_MANAGER = ("approve", "divert-order", general.CLIENT_TOLD, *OF_QUEUES)
# Those whose key names the account manager, for cover (R18): incident, kind, manager, …
FOR_ONE_MANAGER = ("cover-level", "lower-level", "relocation")


def acts_for_manager(row: Approval, role: str) -> bool:
    """Whether an answer to this question by this role is given in an account manager's place; the
    second approval of a report is the crisis team's own."""
    return (
        row.kind in (*OF_THE_MANAGER, *FOR_ONE_MANAGER)
        and role != MANAGER
        and not row.key.endswith(SECOND)
    )


def taken_for_manager(session: Session, incident: str) -> list[Approval]:
    """The decisions taken in an account manager's place, in the order of the questions."""
    # Asked after each write while an incident runs: only what can be one is loaded.
    query = sa.select(Approval).where(
        Approval.incident == incident,
        Approval.state == "answered",
        Approval.kind.in_((*OF_THE_MANAGER, *FOR_ONE_MANAGER)),
    )
    rows = session.scalars(query.order_by(Approval.id))
    return [row for row in rows if acts_for_manager(row, row.answered_role or "")]


def manager_of(session: Session, plan: Plan, row: Approval) -> str:
    """The account manager whose decision it was: of the report's client, of the queues named, else
    the coordinating one (A27)."""
    if row.kind in FOR_ONE_MANAGER:
        return row.key.split(":")[2]
    if row.document_id is not None:
        client = documents.get(session, row.document_id).client
        return whom.managers_of_client(plan, client)[0]
    if row.kind in OF_QUEUES:
        project = voicemail_facts.queues_of(row.key)[0].partition("/")[0]
        return plan.project(project).account_manager
    return whom.coordinating_manager(plan, incidents.get(session, row.incident).system_id)
