"""What a client may read: roles instead of persons (D22), nothing of other clients (D23)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial

from kitart.reports.facts import IncidentFacts

_PERSONS: tuple[tuple[str, str], ...] = (
    (r"AG-\w+", "an agent"),
    (r"AM-\w+", "account manager on duty"),
    (r"ERT-\w+", "emergency response team member"),
    (r"CMT-\w+", "crisis management team member"),
    (r"IT-MGR(?:-\w+)*", "IT manager on duty"),
    (r"VCC-ADM(?:-\w+)*", "telephone system administrator"),
    (r"(?:SUP|SV)-\d+", "supervisor on duty"),
    (r"DPO?-\w+", "data protection contact"),
)
_CODES = tuple(
    (re.compile(rf"(?<!\w)(?:{code})(?!\w)", re.IGNORECASE), words) for code, words in _PERSONS
)
_ROLES = {
    "account_manager": "account manager on duty",
    "ert": "emergency response team member",
    "ert_member": "emergency response team member",
    "ert_lead": "emergency response team lead",
    "it_manager": "IT manager on duty",
    "supervisor": "supervisor on duty",
    "cmt": "crisis management team",
    "cmt_lead": "crisis management team lead",
    "agent": "an agent",
    "vcc_admin": "telephone system administrator",
    "system": "automatic",
    "supplier": "supplier",
}


def without_codes(text: str) -> str:
    """``text`` with each person's code replaced by the role (D22)."""
    for code, words in _CODES:
        text = code.sub(partial(_in_its_place, words), text)
    return text


def _in_its_place(words: str, found: re.Match[str]) -> str:
    """``words``, with a capital where a sentence begins with them."""
    before = found.string[: found.start()].rstrip()
    more_follows = found.end() < len(found.string)
    begins = before.endswith((".", "!", "?")) or (not before and more_follows)
    return words[0].upper() + words[1:] if begins else words


def role_words(role: str) -> str:
    """A role's code or key in words: "AM-2" is "account manager on duty"; "" is "not recorded"."""
    key = role.strip().lower().replace(" ", "_")
    if not key:
        return "not recorded"
    return _ROLES.get(key) or without_codes(role.strip()).replace("_", " ")


@dataclass(frozen=True)
class ReaderFilter:
    """Keeps from one client what belongs to another (D23). It fails closed."""

    foreign: re.Pattern[str] | None
    own: re.Pattern[str] | None

    @classmethod
    def for_client(cls, facts: IncidentFacts, client_id: str) -> ReaderFilter:
        """The filter for a client of this incident."""
        own, foreign = set[str](), set[str](facts.company_names)
        for client in facts.clients:
            (own if client.id == client_id else foreign).update((client.id, client.name))
        for effect in facts.effects:
            lines = (line for queue in effect.queues for line in queue.lines)
            (own if effect.client_id == client_id else foreign).update((effect.project_id, *lines))
        return cls(_any_of(foreign - own), _any_of(own))

    def allows(self, text: str) -> bool:
        """Whether ``text`` names nothing of another client."""
        if self.foreign is None:
            return True
        rest = self.own.sub(" ", text) if self.own else text
        return not (self.foreign.search(rest) or self.foreign.search(without_codes(rest)))

    def text(self, text: str, otherwise: str) -> str:
        """``text`` without codes; ``otherwise`` where it's blank or names another client."""
        if not text.strip() or not self.allows(text):
            return otherwise
        return without_codes(text.strip())

    def texts(self, texts: tuple[str, ...]) -> tuple[str, ...]:
        """Those of ``texts`` that this client may read, without codes."""
        return tuple(
            without_codes(each.strip()) for each in texts if each.strip() and self.allows(each)
        )


def _any_of(words: set[str]) -> re.Pattern[str] | None:
    known = sorted((word.strip() for word in words if word.strip()), key=len, reverse=True)
    if not known:
        return None
    either = "|".join(re.escape(word) for word in known)
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE)
