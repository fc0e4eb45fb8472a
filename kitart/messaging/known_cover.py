"""What is known of seats, levels and call-outs, for the person who decides (D5, D11).

Numbers and rungs: a page goes to several people, so agents stand in it as a number too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from kitart.journal import levels
from kitart.language import Phrase, in_all_languages, listed, phrase
from kitart.reports import cover_words
from kitart.reports.facts import IncidentFacts, QueueCover
from kitart.reports.moments import moment_phrase
from kitart.reports.wording import Wording
from kitart.rules.verdicts import worst


def cover_lines(facts: IncidentFacts, *, now: datetime, zone: str) -> tuple[Phrase, ...]:
    """One short sentence for who is out, each affected queue and each level in force."""
    found = [_out(facts, zone)]
    found += [_seats(queue, zone) for queue in facts.cover if queue.touched]
    found += [line for queue in facts.cover for line in _called(queue, now, zone)]
    return (*found, *_levels(facts, zone))


def proposed_levels(session: Session, incident: str, facts: IncidentFacts) -> tuple[Phrase, ...]:
    """The levels that are proposed and not (yet) in force, by project (R18)."""
    now = _in_force(facts)
    return tuple(
        phrase("{project}: level {level} is proposed.", project=project, level=level)
        for project, level in levels.proposed(session, incident).items()
        if level > now.get(project, (0, None))[0]
    )


def _said(zone: str, say: Callable[[Wording], str]) -> Phrase:
    return in_all_languages(lambda language: say(Wording(zone, language)))


def _out(facts: IncidentFacts, zone: str) -> Phrase:
    since = min(
        (q.threatened_at for q in facts.cover if q.threatened_at), default=facts.reported_at
    )
    count = sum(each.count for each in facts.agents_out)
    by_country: Counter[str] = Counter()
    for each in facts.agents_out:
        by_country[each.country] += each.count
    where = _said(zone, lambda words: ", ".join(
        f"{words.country_name(country)} {some}" for country, some in sorted(by_country.items())
    ) or words.say("none"))  # fmt: skip
    return phrase(
        "Agents out: {count} ({where}); first missed {when}.",
        count=count, where=where, when=moment_phrase(since, zone),
    )  # fmt: skip


def _seats(queue: QueueCover, zone: str) -> Phrase:
    key = f"{queue.project_id}/{queue.lang}"
    if queue.effect_at is None and queue.coming_at is not None:
        return phrase(
            "{queue}: seats will be missed from {when} on, as things stand.",
            queue=key, when=moment_phrase(queue.coming_at, zone),
        )  # fmt: skip
    verdict = worst(each.result().verdict for each in queue.objectives)
    return phrase(
        "{queue}: {filled} of {needed} seats filled ({how}); objective: {verdict}.",
        queue=key, filled=queue.filled, needed=queue.needed,
        how=_said(zone, lambda words: cover_words.how(words, queue)),
        verdict=_said(zone, lambda words: words.verdict(verdict)),
    )  # fmt: skip


def _called(queue: QueueCover, now: datetime, zone: str) -> list[Phrase]:
    """Who is called out and not live yet: so many asked, so many coming."""
    key = f"{queue.project_id}/{queue.lang}"
    waiting = [b for b in queue.backups if b.needed and not b.live_at and not b.over_at]
    if not waiting:
        return []
    asked = sum(each.answered_at is None for each in waiting)
    coming = [each for each in waiting if each.answered_at is not None]
    said = [phrase("asked: {count}", count=asked)] if asked else []
    if coming:
        last = max(each.due_at for each in coming)
        said.append(
            phrase("coming: {count}, by {when}", count=len(coming), when=moment_phrase(last, zone))
        )
    return [phrase("{queue}: backups {said}.", queue=key, said=listed(said))]


def _levels(facts: IncidentFacts, zone: str) -> tuple[Phrase, ...]:
    return tuple(
        phrase(
            "{project}: level {level} is in force since {when}.",
            project=project, level=level, when=moment_phrase(since, zone),
        )
        for project, (level, since) in _in_force(facts).items()
        if level and since is not None
    )  # fmt: skip


def _in_force(facts: IncidentFacts) -> dict[str, tuple[int, datetime | None]]:
    ordered = sorted(facts.level_changes, key=lambda each: each.at)
    return {each.project_id: (each.level, each.at) for each in ordered if each.project_id}
