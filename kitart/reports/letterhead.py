"""Whose head stands on the paper: the client's, or nobody's but our own company's."""

from __future__ import annotations

from kitart.journal.documents import INTERNAL
from kitart.plan.clients import Letterhead
from kitart.plan.schema import Plan


def letterhead_of(plan: Plan, client: str) -> Letterhead | None:
    """The letterhead of a document's client; ``None`` for one that stays in the company."""
    return None if client == INTERNAL else plan.client(client).letterhead
