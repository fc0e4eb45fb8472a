"""What the states, kinds and findings of exercises are called on pages."""

from __future__ import annotations

from kitart.language import Phrase, phrase
from kitart.rules.findings import NO_FINDING, OBSERVATION, PROPOSED, SERIOUS, STRENGTH, WEAKNESS

KINDS = {
    "contact-call": phrase("contact-list call"),
    "tabletop": phrase("tabletop"),
    "functional": phrase("functional exercise"),
    "rehearsal": phrase("full rehearsal"),
}
STAGES = {
    "planned": phrase("planned"),
    "running": phrase("running"),
    "carried out": phrase("carried out, not evaluated yet"),
    "evaluated": phrase("evaluated"),
    "closed": phrase("closed"),
    "stopped": phrase("stopped"),
}
VERDICTS = {
    "pass": phrase("passed"),
    "part": phrase("passed in part"),
    "fail": phrase("failed"),
}
NOT_MEASURED = phrase("not measured")
CATEGORIES: dict[str, Phrase] = {
    PROPOSED: phrase("proposed: please confirm it or say that it is none"),
    STRENGTH: phrase("strength"),
    OBSERVATION: phrase("observation"),
    WEAKNESS: phrase("weakness"),
    SERIOUS: phrase("serious weakness: told at once"),
    NO_FINDING: phrase("no finding"),
}
FINDING_FIELDS = {
    "text": phrase("Please write what was found."),
    "category": phrase("Please choose what it is."),
    "cause": phrase("A weakness needs its cause, a dismissal its reason."),
}
