"""What the reports say of cover, queue by queue: true for each situation that callers may meet.

Of several situations the worst stands in the headline. Queues are named as "your German line";
what nobody misses is not named.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kitart.reports.facts import IncidentFacts, QueueCover, RungSeats, Situation
from kitart.reports.facts.cover import SITUATIONS
from kitart.reports.terms import N_
from kitart.reports.wording import Wording

HEADLINES: dict[Situation, str] = {
    "usual": N_("Calls to {lines} are answered by the usual agents."),
    "native": N_("Calls to {lines} are answered as usual: backups have taken the empty seats."),
    "other": N_(
        "Calls to {lines} are answered in the language of the line, but not by native speakers "
        "alone."
    ),
    "english": N_("Calls to {lines} are answered in English at present, at least in part."),
    "short": N_("Calls to {lines} are answered by fewer agents than usual."),
    "voicemail": N_("Calls to {lines} go to voicemail at present."),
    "nobody": N_("Calls to {lines} are not answered at present."),
    "closed": N_("Service is closed at present. Lines: {lines}."),
    "coming": N_("When service opens, fewer agents than usual may answer calls to {lines}."),
}
EXPERIENCE: dict[Situation, str] = {
    "usual": N_("Callers notice nothing."),
    "native": N_("Callers notice nothing: native speakers answer."),
    "other": N_("Callers are answered in their language, in part by non-native speakers."),
    "english": N_("Callers are answered in English, where no speaker of their language is free."),
    "short": N_("Callers may wait longer than usual."),
    "voicemail": N_("Callers can leave a message, as a test has shown."),
    "nobody": N_("Callers reach nobody."),
    "closed": N_("Nothing while the line is closed."),
    "coming": N_("Nothing yet."),
}
VOICEMAIL_UNPROVED = N_("Callers are sent to voicemail; that it takes messages is being tested.")
RUNGS = {
    "native": N_("native speakers as backup: {count}"),
    "non_native": N_("speakers of the language, not native: {count}"),
    "english_only": N_("in English only: {count}"),
}


def headline(words: Wording, facts: IncidentFacts) -> str:
    """One sentence about the worst that callers meet now: a1."""
    mine = _touched(facts)
    if not mine:
        return words.say("No call is missed: the agents who cannot work are not needed now.")
    worst = min((each.situation for each in mine), key=SITUATIONS.index)
    hit = [each for each in mine if each.situation == worst]
    return words.say(HEADLINES[worst], lines=lines(words, hit))


def experience(words: Wording, facts: IncidentFacts) -> str:
    """What callers notice now, by situation: a4."""
    mine = _touched(facts)
    if not mine:
        return words.say("Callers notice nothing.")
    said = []
    for situation, hit in _by_situation(mine):
        text = EXPERIENCE[situation]
        if situation == "voicemail" and any(each.voicemail.verified_at is None for each in hit):
            text = VOICEMAIL_UNPROVED
        sentence = words.say(text)
        if len(hit) < len(mine):
            sentence = words.say("{queues}: {said}", queues=names(words, hit), said=sentence)
        said.append(sentence)
    return " ".join(said)


def cover(words: Wording, facts: IncidentFacts) -> str:
    """Seats filled of needed and the language promise, queue by queue: a6, b5."""
    mine = _touched(facts)
    if not mine:
        return words.say(
            "No emergency cover is needed: the usual agents answer, in the usual languages."
        )
    return " ".join(
        words.say(
            "{queue}: {filled} of {needed} seats filled ({how}).",
            queue=names(words, [each]), filled=each.filled, needed=each.needed,
            how=how(words, each),
        )
        for each in mine
    )  # fmt: skip


def seats_under_way(facts: IncidentFacts) -> str:
    """What is being done for empty seats where nobody is being called out, as at level 4 with
    nobody left; empty otherwise, and where no agents are missing."""
    mine = [queue for queue in facts.cover if queue.touched and queue.open]
    short = [queue for queue in mine if queue.filled < queue.needed]
    called = any(
        each.live_at is None and each.over_at is None for queue in short for each in queue.backups
    )
    if not mine or called:
        return ""
    if not short and not any(queue.by_rung for queue in mine):
        return N_("All seats are filled; the queues are being watched.")
    if not short:
        return N_("Backups sit in for the agents who are out, until these are back.")
    if all(queue.voicemail.on for queue in short):
        return N_("Calls that nobody can answer go to voicemail until agents are back.")
    if any(queue.voicemail.ordered_at and not queue.voicemail.ended_at for queue in short):
        return N_("Voicemail is being set up for the calls that nobody can answer.")
    return N_("Cover for the seats that are empty is being arranged.")


def how(words: Wording, queue: QueueCover) -> str:
    """Who sits in the seats of a queue: numbers by kind, no person (D22)."""
    if not queue.open:
        return words.say("closed at present; as it stood when the line was open")
    said = seated(words, queue.needed, queue.own, queue.by_rung)
    if queue.voicemail.on:
        said.append(words.say("voicemail for the rest"))
    return ", ".join(said) or words.say("nobody")


def seated(words: Wording, needed: int, own: int, by_rung: Sequence[RungSeats]) -> list[str]:
    """The usual agents and each rung with the seats they sit in."""
    said = [words.say("usual agents: {count}", count=min(own, needed))] if own else []
    return said + [words.say(RUNGS[each.rung], count=each.seats) for each in by_rung if each.seats]


def expected(words: Wording, queue: QueueCover) -> str:
    """Who has said yes and is not there yet: b5."""
    if not queue.expected or queue.expected_at is None:
        return words.say("none")
    at = words.clock(queue.expected_at)
    return words.say("{count} more by {at}", count=queue.expected, at=at)


def prevented(words: Wording) -> str:
    """It is over, and callers never missed anybody (E36)."""
    return words.say("Some of our agents could not work; calls were answered all the same.")


def out_by_country(words: Wording, facts: IncidentFacts) -> list[str]:
    """How many agents can't work, by country and nothing below it (D22)."""
    counted: dict[str, int] = {}
    for each in facts.agents_out:
        counted[each.country] = counted.get(each.country, 0) + each.count
    if not counted:
        return []
    listed = ", ".join(
        words.say("{country}: {count}", country=words.country_name(code), count=count)
        for code, count in sorted(counted.items())
    )
    return [words.say("Agents who cannot work at present: {listed}.", listed=listed)]


def interim(words: Wording, facts: IncidentFacts) -> list[str]:
    """Cover that broke before it counted: shown, and no recovery (scenario B)."""
    return [said for queue in facts.cover for said in did_not_last(words, queue)]


def did_not_last(words: Wording, queue: QueueCover) -> list[str]:
    """As ``interim``, of one queue."""
    return [
        words.say(
            "{queue}: all seats were filled from {start} to {end}; that did not last and does not "
            "count as recovery.",
            queue=names(words, [queue]), start=words.clock(each.start), end=words.clock(each.end),
        )
        for shortage in queue.shortages
        for each in shortage.interim
    ]  # fmt: skip


def lines(words: Wording, queues: Iterable[QueueCover]) -> str:
    """ "your German and English lines"."""
    found = [words.language_name(each.lang) for each in queues]
    listed = words.listed(found)
    if len(set(found)) == 1:
        return words.say("your {languages} line", languages=listed)
    return words.say("your {languages} lines", languages=listed)


def names(words: Wording, queues: Sequence[QueueCover]) -> str:
    """ "BRAVO German, BRAVO Spanish"."""
    return ", ".join(f"{each.project_id} {words.language_name(each.lang)}" for each in queues)


def _touched(facts: IncidentFacts) -> list[QueueCover]:
    return [each for each in facts.cover if each.touched]


def _by_situation(
    queues: Sequence[QueueCover],
) -> list[tuple[Situation, list[QueueCover]]]:
    found = [(s, [each for each in queues if each.situation == s]) for s in SITUATIONS]
    return [(situation, hit) for situation, hit in found if hit]
