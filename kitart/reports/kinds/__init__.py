"""What to say about a system that fails: one set of words for each kind of system."""

from __future__ import annotations

from kitart.reports.facts import KindOfSystem, SystemFacts
from kitart.reports.kinds.client_managed import CLIENT_MANAGED
from kitart.reports.kinds.documents import DOCUMENTS
from kitart.reports.kinds.missing_input import MISSING_INPUT
from kitart.reports.kinds.other import OTHER
from kitart.reports.kinds.phone import PHONE
from kitart.reports.kinds.words import SystemWords
from kitart.reports.kinds.workplace import WORKPLACE

__all__ = ["WORDS_OF_KIND", "SystemWords", "words_of"]

WORDS_OF_KIND: dict[KindOfSystem, SystemWords] = {
    "phone": PHONE,
    "documents": DOCUMENTS,
    "client-managed": CLIENT_MANAGED,
    "other": OTHER,
    "workplace": WORKPLACE,
    "input": MISSING_INPUT,
}


def words_of(system: SystemFacts) -> SystemWords:
    """The sentences that are true of this system."""
    return WORDS_OF_KIND[system.kind]
