"""What a client may read: roles instead of persons (D22), nothing of other clients (D23)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial

from kitart.language import SOURCE, words
from kitart.reports.facts import IncidentFacts
from kitart.reports.terms import N_

_PERSONS: tuple[tuple[str, str], ...] = (
    (r"AG-\w+", N_("an agent")),
    (r"AM-\w+", N_("account manager on duty")),
    (r"ERT-\w+", N_("emergency response team member")),
    (r"CMT-\w+", N_("crisis management team member")),
    (r"IT-MGR(?:-\w+)*", N_("IT manager on duty")),
    (r"VCC-ADM(?:-\w+)*", N_("telephone system administrator")),
    (r"(?:SUP|SV)-\d+", N_("supervisor on duty")),
    (r"DPO?-\w+", N_("data protection contact")),
)
_CODES = tuple(
    (re.compile(rf"(?<!\w)(?:{code})(?!\w)", re.IGNORECASE), role) for code, role in _PERSONS
)
_ANY_CODE = re.compile("|".join(code.pattern for code, _ in _CODES), re.IGNORECASE)
_ROLES = {
    "account_manager": "account manager on duty",
    "ert": "emergency response team member",
    "ert_member": "emergency response team member",
    "ert_lead": N_("emergency response team lead"),
    "it_manager": "IT manager on duty",
    "supervisor": "supervisor on duty",
    "cmt": N_("crisis management team"),
    "cmt_member": "crisis management team member",
    "cmt_lead": N_("crisis management team lead"),
    "agent": "an agent",
    "vcc_admin": "telephone system administrator",
    "vcc_administrator": "telephone system administrator",
    "data_protection": "data protection contact",
    "data_protection_contact": "data protection contact",
    "system": N_("automatic"),
    "supplier": N_("supplier"),
}


def without_codes(text: str, language: str = SOURCE) -> str:
    """``text`` with each person's code replaced by the role (D22)."""
    if not _ANY_CODE.search(text):  # most texts of a report name nobody
        return text
    gettext = words(language, "reports").gettext
    for code, role in _CODES:
        text = code.sub(partial(_in_its_place, gettext(role)), text)
    return text


def without_agents(text: str, language: str = SOURCE) -> str:
    """``text`` with the agents' codes alone replaced by their role: who works here reads the
    codes of role holders, but not every role those of agents."""
    code, role = _CODES[0]
    return code.sub(partial(_in_its_place, words(language, "reports").gettext(role)), text)


def _in_its_place(role: str, found: re.Match[str]) -> str:
    """``role``, with a capital where a sentence begins with it."""
    before = found.string[: found.start()].rstrip()
    more_follows = found.end() < len(found.string)
    begins = before.endswith((".", "!", "?")) or (not before and more_follows)
    return role[0].upper() + role[1:] if begins else role


def role_words(role: str, language: str = SOURCE) -> str:
    """A role's code or key in words: "AM-2" is "account manager on duty"; "" is "not recorded"."""
    gettext = words(language, "reports").gettext
    key = role.strip().lower().replace(" ", "_")
    if not key:
        return gettext(N_("not recorded"))
    plain = without_codes(role.strip(), language).replace("_", " ")
    return gettext(_ROLES.get(key, plain))


@dataclass(frozen=True)
class ReaderFilter:
    """Keeps from one client what belongs to another (D23). It fails closed."""

    foreign: re.Pattern[str] | None
    own: re.Pattern[str] | None
    language: str = SOURCE

    @classmethod
    def for_client(cls, facts: IncidentFacts, client_id: str) -> ReaderFilter:
        """The filter for a client of this incident."""
        own, foreign = set[str](), set[str](facts.company_names)
        for client in facts.clients:
            (own if client.id == client_id else foreign).update((client.id, client.name))
        for effect in facts.effects:
            lines = (line for queue in effect.queues for line in queue.lines)
            (own if effect.client_id == client_id else foreign).update((effect.project_id, *lines))
        return cls(_any_of(foreign - own), _any_of(own), facts.client(client_id).language)

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
        return self.clean(text)

    def clean(self, text: str) -> str:
        """``text`` without codes."""
        return without_codes(text.strip(), self.language)

    def texts(self, texts: tuple[str, ...]) -> tuple[str, ...]:
        """Those of ``texts`` that this client may read, without codes."""
        return tuple(self.clean(each) for each in texts if each.strip() and self.allows(each))


def _any_of(names: set[str]) -> re.Pattern[str] | None:
    known = sorted((name.strip() for name in names if name.strip()), key=len, reverse=True)
    if not known:
        return None
    either = "|".join(re.escape(word) for word in known)
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE)
