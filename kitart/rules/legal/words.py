"""What duties, states and parties are called, in all languages."""

from __future__ import annotations

from kitart.language import Phrase, phrase
from kitart.rules.legal import clocks as c
from kitart.rules.legal.clocks import Clock, State, Why
from kitart.rules.legal.matter import ALL, COMPANY, STAFF, client_in

TITLES = {
    c.BREACH: phrase("Tell the client of a personal data breach"),
    c.AUTHORITY: phrase("Notify the supervisory authority of a personal data breach"),
    c.PEOPLE: phrase("Tell the people concerned of a personal data breach"),
    c.EARLY: phrase("Early warning of a cybersecurity incident"),
    c.NOTIFICATION: phrase("Notification of a cybersecurity incident"),
    c.FINAL: phrase("Final report of a cybersecurity incident"),
    c.INITIAL: phrase("Initial notification of a major ICT-related incident"),
    c.INTERMEDIATE: phrase("Intermediate report of a major ICT-related incident"),
    c.DORA_FINAL: phrase("Final report of a major ICT-related incident"),
    c.CONTRACT: phrase("Tell the client of the incident, by contract"),
}
ARTICLES = {
    c.BREACH: phrase("GDPR Article 33(2)"),
    c.AUTHORITY: phrase("GDPR Article 33(1), (3), (4)"),
    c.PEOPLE: phrase("GDPR Article 34"),
    c.EARLY: phrase("NIS2 Article 23(4)(a), national law"),
    c.NOTIFICATION: phrase("NIS2 Article 23(4)(b), national law"),
    c.FINAL: phrase("NIS2 Article 23(4)(d), national law"),
    c.INITIAL: phrase("DORA Article 19(4)(a), Delegated Regulation (EU) 2025/301"),
    c.INTERMEDIATE: phrase("DORA Article 19(4)(b), Delegated Regulation (EU) 2025/301"),
    c.DORA_FINAL: phrase("DORA Article 19(4)(c), Delegated Regulation (EU) 2025/301"),
    c.CONTRACT: phrase("the contract"),
}
LIMITS = {
    c.BREACH: phrase("without undue delay after becoming aware"),
    c.AUTHORITY: phrase(
        "72 hours after becoming aware, unless a risk is unlikely; may be given in phases, late "
        "needs reasons"
    ),
    c.PEOPLE: phrase("without undue delay, where the risk is high"),
    c.EARLY: phrase("24 hours after becoming aware"),
    c.NOTIFICATION: phrase("72 hours after becoming aware"),
    c.FINAL: phrase("one month after the notification was submitted"),
    c.INITIAL: phrase("4 hours after the classification, at most 24 hours after becoming aware"),
    c.INTERMEDIATE: phrase("72 hours after the initial notification was submitted"),
    c.DORA_FINAL: phrase("one month after the last intermediate report was submitted"),
    c.CONTRACT: phrase("as the contract says, after becoming aware"),
}
CONTRACT_LIMIT = phrase("without undue delay after becoming aware; hours by the contract")
TOLD = {
    c.AUTHORITY: phrase("supervisory authority"),
    c.PEOPLE: phrase("the people concerned"),
    c.EARLY: phrase("competent authority or CSIRT"),
    c.NOTIFICATION: phrase("competent authority or CSIRT"),
    c.FINAL: phrase("competent authority or CSIRT"),
    c.INITIAL: phrase("competent financial authority"),
    c.INTERMEDIATE: phrase("competent financial authority"),
    c.DORA_FINAL: phrase("competent financial authority"),
}
STATES = {
    State.NOT_STARTED: phrase("not started"),
    State.RUNNING: phrase("running"),
    State.MISSED: phrase("time is over, not done"),
    State.IN_TIME: phrase("done in time"),
    State.LATE: phrase("done late"),
    State.NOT_APPLICABLE: phrase("not needed"),
}
DONE = phrase("done")
REASONS = {
    Why.NO_AWARENESS: phrase("no moment of awareness is recorded"),
    Why.NOT_DECIDED: phrase("nobody has decided yet whether personal data were hit"),
    Why.RISK_OPEN: phrase("nobody has decided yet whether the risk for the people is high"),
    Why.NOT_CLASSIFIED: phrase("it is not classified as a major incident"),
    Why.NOT_SUBMITTED: phrase("the report that it counts from is not recorded as submitted"),
    Why.NO_DATA: phrase("no personal data hit"),
    Why.NOT_HIGH: phrase("no high risk for the people concerned"),
    Why.UNLIKELY: phrase("a risk for the people concerned is unlikely"),
    Why.NOT_MAJOR: phrase("classified as no major incident"),
    Why.OUT_OF_SCOPE: phrase("the rules do not apply to this incident"),
    Why.WAIVED: phrase("decided not to notify"),
}
REGIMES = {
    "all": phrase("for every duty"),
    "gdpr": phrase("data protection (GDPR)"),
    "nis2": phrase("cybersecurity (NIS2)"),
    "dora": phrase("financial entities (DORA)"),
    "contract": phrase("the contract"),
}
ANSWERS = {
    "no": phrase("no"),
    "being checked": phrase("being checked"),
    "yes": phrase("yes"),
    "unlikely": phrase("a risk is unlikely"),
    "risk": phrase("a risk, not a high one"),
    "high": phrase("a high risk"),
}

LOSSES = {
    "confidentiality": phrase("confidentiality: seen by, or given to, somebody who must not"),
    "integrity": phrase("integrity: changed without right"),
    "availability": phrase("availability: lost, or out of reach"),
}
DESCRIPTION = {
    "people": phrase("People concerned: categories, approximate number"),
    "records": phrase("Records concerned: categories, approximate number"),
    "consequences": phrase("Likely consequences"),
    "measures": phrase("Measures taken and planned"),
    "contact": phrase("Contact for questions"),
}

WORDS = {
    "personal data assessed": phrase("whether personal data were hit"),
    "awareness recorded": phrase("moment of awareness"),
    "breach described": phrase("what data and whose"),
    "risk decided": phrase("risk for the people concerned"),
    "classification recorded": phrase("whether it is a major incident"),
    "regime decided": phrase("whether rules apply to the incident"),
    "notification made": phrase("notification made"),
    "notification decided against": phrase("decided not to notify"),
}
"""The kinds of entry that people record, by the names the journal has for them."""


def party(scope: str, names: dict[str, str]) -> Phrase:
    """Whom a scope means; ``names`` are the clients' by code."""
    if scope == ALL:
        return phrase("the whole incident")
    if scope == COMPANY:
        return phrase("the company")
    if scope == STAFF:
        return phrase("the company, for its own staff's data")
    client = client_in(scope) or scope
    name = names.get(client, client)
    if scope.startswith(COMPANY):
        return phrase("the company, towards {client}", client=name)
    return phrase("{client} itself", client=name)


def to_whom(clock: Clock, names: dict[str, str]) -> Phrase:
    """Whom the duty is owed to."""
    return TOLD.get(clock.duty) or Phrase(names.get(clock.client or "", clock.client or ""))


def limit(clock: Clock) -> Phrase:
    """The time that the law or the contract gives, in words."""
    if clock.by_contract and clock.duty == c.BREACH:
        return CONTRACT_LIMIT
    return LIMITS[clock.duty]


def state(clock: Clock) -> Phrase:
    """How a clock stands, in words; a duty without hours is done, not "in time"."""
    if clock.state is State.IN_TIME and clock.due is None:
        return DONE
    return STATES[clock.state]
