"""The lanes where agents can't work: the seats of each queue, and the cover level (D11, A12)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from kitart.reports import cover_words
from kitart.reports.facts import IncidentFacts, LevelChange, QueueCover, SeatsHeld
from kitart.reports.picture.axis import Times
from kitart.reports.picture.course import Block, Bracket, Lane, Look, Need, Tag
from kitart.reports.wording import Wording
from kitart.rules.verdicts import Outcome, Verdict, worst

MOST = 12
"""So many queues are drawn; of more, those in which callers missed most."""
MOST_SAID = 10
GRAVEST = (Outcome.MISSED, Outcome.MET_IN_PART, Outcome.RUNNING, Outcome.MET)


def chosen(facts: IncidentFacts) -> tuple[list[QueueCover], int]:
    """The queues to be drawn, in the record's order, and how many are left out."""
    touched = [each for each in facts.cover if each.touched]
    if len(touched) <= MOST:
        return touched, 0
    kept = sorted(touched, key=_gravity)[:MOST]
    return [each for each in touched if each in kept], len(touched) - MOST


def _gravity(queue: QueueCover) -> tuple[int, datetime | None, str]:
    found = verdict(queue)
    outcome = found.outcome if found is not None else None
    place = GRAVEST.index(outcome) if outcome in GRAVEST else len(GRAVEST)
    since = queue.effect_at or queue.threatened_at or queue.coming_at
    return place, since, f"{queue.project_id}/{queue.lang}"


def verdict(queue: QueueCover) -> Verdict | None:
    """The verdict on the queue's recovery; ``None`` where nothing was to be recovered."""
    found = [each.result().verdict for each in queue.objectives]
    return worst(found) if found else None


def queue_lane(words: Wording, queue: QueueCover, times: Times) -> Lane:
    """Seats needed and filled, by rung, with each objective's end and what became of it."""
    name = cover_words.names(words, [queue])
    found = verdict(queue)
    title = f"{name}: {words.verdict(found)}" if found is not None else name
    held = [each for each in queue.held if each.start < times.end and each.end > times.start]
    height = max([1, *(each.needed for each in held)])
    blocks = [block for each in held for block in _blocks(words, each, height)]
    blocks += _unseen(words, held, height, times)
    blocks += _voicemail(words, queue, height, times)
    return Lane(
        name=title,
        height=height,
        blocks=tuple(blocks),
        needs=tuple(_needs(words, held)),
        tags=tuple(_tags(words, queue, times)),
        brackets=tuple(
            Bracket(each.start, each.end, words.say("did not last"))
            for shortage in queue.shortages
            for each in shortage.interim
            if each.start < times.end
        ),
        said=tuple(_said(words, queue, held, title, times)),
    )


def level_lanes(
    words: Wording, facts: IncidentFacts, times: Times, known: datetime
) -> tuple[Lane, ...]:
    """The cover levels in force; one lane where all projects have the same course of them."""
    projects = dict.fromkeys(each.project_id for each in facts.level_changes)
    by_project = {
        code: tuple((c.at, c.level) for c in _of(facts.level_changes, code)) for code in projects
    }
    together: dict[tuple[tuple[datetime, int], ...], list[str]] = {}
    for code, steps in by_project.items():
        together.setdefault(steps, []).append(code or "")
    plain = len(together) == 1
    return tuple(
        _level_lane(words, steps, "" if plain else ", ".join(filter(None, codes)), times, known)
        for steps, codes in together.items()
    )


def _of(changes: Sequence[LevelChange], code: str | None) -> list[LevelChange]:
    return sorted((c for c in changes if c.project_id == code), key=lambda c: c.at)


def _level_lane(
    words: Wording,
    steps: Sequence[tuple[datetime, int]],
    codes: str,
    times: Times,
    known: datetime,
) -> Lane:
    name = words.say("Cover level in force")
    if codes:
        name = words.say("Cover level in force, {projects}", projects=codes)
    ends = [*(at for at, _ in steps[1:]), known]
    said, blocks, tags = [], [], []
    for (at, level), end in zip(steps, ends, strict=True):
        word = words.say("level {level}", level=level) if level else words.say("no level")
        said.append(words.say("{what} from {time}", what=word, time=times.text(at)))
        short = words.say("{what} {time}", what=word, time=times.short(at))
        tags.append(Tag(at, short, "change"))
        if level and end > at:
            blocks.append(Block(at, end, "level"))
    return Lane(
        name=name,
        blocks=tuple(blocks),
        tags=tuple(tags),
        said=(words.say("{name}: {what}.", name=name, what="; ".join(said)),),
    )


def _blocks(words: Wording, held: SeatsHeld, height: int) -> Iterator[Block]:
    """The seats filled, the usual agents at the bottom; a closed line as such."""
    if not held.needed:
        yield Block(held.start, held.end, "closed", 0, height, words.say("closed"))
        return
    low = 0
    rungs: list[tuple[Look, int]] = [("usual", held.own)]
    rungs += [(each.rung, each.seats) for each in held.by_rung]
    for look, seats in rungs:
        high = min(held.needed, low + seats)
        if high > low:
            yield Block(held.start, held.end, look, low, high)
        low = high


def _unseen(
    words: Wording, held: Sequence[SeatsHeld], height: int, times: Times
) -> Iterator[Block]:
    """The times of the picture that the record has no seats for."""
    # What is still to come is no gap of the record: only what lies before and between is.
    before = times.start
    for each in held:
        if each.start - before >= timedelta(minutes=1):
            yield Block(before, each.start, "unseen", 0, height, words.say("no record"))
        before = each.end
    if not held:
        yield Block(times.start, times.end, "unseen", 0, height, words.say("no record"))


def _voicemail(words: Wording, queue: QueueCover, height: int, times: Times) -> Iterator[Block]:
    for each in queue.sent_away:
        end = min(each.end or _known_until(queue, times), times.end)
        if end > each.start:
            yield Block(each.start, end, "voicemail", 0, height, words.say("voicemail"))


def _known_until(queue: QueueCover, times: Times) -> datetime:
    return queue.held[-1].end if queue.held else times.end


def _needs(words: Wording, held: Sequence[SeatsHeld]) -> Iterator[Need]:
    """The seats needed, joined where the number stays as it is."""
    joined: list[tuple[datetime, datetime, int]] = []
    for each in held:
        if joined and joined[-1][1] == each.start and joined[-1][2] == each.needed:
            joined[-1] = (joined[-1][0], each.end, each.needed)
        else:
            joined.append((each.start, each.end, each.needed))
    for start, end, seats in joined:
        if seats:
            yield Need(start, end, seats, words.say("needed: {count}", count=seats))


def _tags(words: Wording, queue: QueueCover, times: Times) -> Iterator[Tag]:
    """Where each objective ends, and where callers were answered again."""
    ends = {each.due: words.hours(timedelta(minutes=each.limit_minutes))
            for each in queue.objectives}  # fmt: skip
    for due, limit in sorted(ends.items()):
        yield Tag(due, words.say("{limit} ends {time}", limit=limit, time=times.short(due)), "due")
    for shortage in queue.shortages:
        full, some = shortage.recovered_at, shortage.restored_at
        if some is not None and some != full:
            yield Tag(some, words.say("answered {time}", time=times.short(some)), "back")
        if full is not None:
            yield Tag(full, words.say("recovered {time}", time=times.short(full)), "back")


def _said(
    words: Wording, queue: QueueCover, held: Sequence[SeatsHeld], title: str, times: Times
) -> Iterator[str]:
    yield f"{title}."
    for each in held[:MOST_SAID]:
        yield _seats(words, each, times)
    if len(held) > MOST_SAID:
        more = len(held) - MOST_SAID
        yield words.say("Later changes of these seats, not told here: {count}.", count=more)
    for away in queue.sent_away:
        if away.start < times.end:
            yield words.say("Callers were sent to voicemail from {time}.",
                            time=times.text(away.start))  # fmt: skip
    for each_due in dict.fromkeys(o.due for o in queue.objectives):
        yield words.say("The recovery time objective ends {time}.", time=times.text(each_due))
    yield from cover_words.did_not_last(words, queue)
    for shortage in queue.shortages:
        if shortage.recovered_at is not None:
            at = times.text(shortage.recovered_at)
            yield words.say("All seats were filled for good from {time}.", time=at)


def _seats(words: Wording, held: SeatsHeld, times: Times) -> str:
    start = times.text(held.start)
    if not held.needed:
        return words.say("From {time} the line was closed.", time=start)
    how = cover_words.seated(words, held.needed, held.own, held.by_rung)
    return words.say(
        "From {time} {filled} of {needed} seats filled: {how}.",
        time=start, filled=held.filled, needed=held.needed,
        how=words.listed(how) if how else words.say("nobody"),
    )  # fmt: skip
