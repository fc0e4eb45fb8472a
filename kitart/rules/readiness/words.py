"""How the readiness is said to people: rungs, scenarios, what a backup would lift."""

from __future__ import annotations

from collections.abc import Callable

from kitart.language import Phrase, listed, phrase
from kitart.rules.readiness.mending import Mend
from kitart.rules.readiness.outlook import NOBODY, Outlook
from kitart.rules.readiness.scenarios import Kind

ANY_AREA = str(Kind.AREA)
"""Chosen on the page: for each hour the area whose failure hits hardest."""
LETTERS: dict[str, Phrase] = {
    "0": phrase("own agents"),
    "1": phrase("native backup"),
    "2": phrase("non-native speaker"),
    "3": phrase("English only"),
    "4": phrase("voicemail"),
}
RESULTS: dict[str, Phrase] = {
    "serious": phrase("Serious"),
    "weak": phrase("Weak"),
    "note": phrase("To be known"),
}
KINDS: dict[str, Phrase] = {
    Kind.AREA: phrase("One area out"),
    Kind.CLIENT: phrase("One client's people out"),
    Kind.OPERATOR: phrase("One mobile operator out"),
}
WORST: dict[str, Phrase] = {
    Kind.AREA: phrase("any one area, the worst for each hour"),
    Kind.CLIENT: phrase("any one client's people, the worst for each hour"),
    Kind.OPERATOR: phrase("any one mobile operator, the worst for each hour"),
}


def scenario_words(key: str) -> Phrase:
    """What is out, in words: "HU-05 out", "the people of CL-3 out", "nobody out"."""
    kind, _, code = key.partition(":")
    if kind == NOBODY:
        return phrase("nobody out")
    if kind == Kind.CLIENT:
        return phrase("the people of {client} out", client=code)
    return phrase("{what} out", what=code)


def choices(found: Outlook, read: Callable[[str], str]) -> list[tuple[str, list[tuple[str, str]]]]:
    """What may be chosen, in groups with a heading, each by its key."""
    grouped = [("", [(NOBODY, read(phrase("nobody out")))])]
    for kind, heading in KINDS.items():
        keys = [key for key in found.levels if key.startswith(f"{kind}:")]
        if keys:
            options = [(str(kind), read(WORST[kind]))]
            options += [(key, key.partition(":")[2]) for key in keys]
            grouped.append((read(heading), options))
    return grouped


def lifts_words(mend: Mend) -> Phrase:
    """What one more backup lifts: "61 hours from voicemail to native backup"."""
    return listed(
        [
            phrase(
                "{hours} h from {before} to {after}",
                hours=hours, before=LETTERS[str(was)], after=LETTERS[will],
            )
            for was, will, hours in mend.lifts
        ]
    )  # fmt: skip
