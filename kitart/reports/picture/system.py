"""The lanes of a system's outage: its states, where calls went meanwhile, the objectives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from kitart.reports.course import ProjectCourse
from kitart.reports.facts import DivertFacts, IncidentFacts
from kitart.reports.picture.axis import Times
from kitart.reports.picture.course import Block, Lane, Look, Tag
from kitart.reports.sentences import capital
from kitart.reports.terms import N_
from kitart.reports.wording import Wording

MOST_OBJECTIVES = 4
MOST_SAID = 12
STATES: dict[str, tuple[Look, str]] = {
    "down": ("down", N_("down")),
    "unstable": ("unstable", N_("unstable")),
    "up": ("up", N_("working")),
    "unknown": ("unseen", N_("no record")),
}


def system_lane(words: Wording, facts: IncidentFacts, times: Times, known: datetime) -> Lane:
    """The states as they were seen, up to ``known``; what nobody saw is no state."""
    seen = sorted((s for s in facts.states if s.at < known), key=lambda each: each.at)
    ends = [*(each.at for each in seen), known][1:]
    blocks = [
        Block(state.at, end, STATES[state.state][0], word=words.say(STATES[state.state][1]))
        for state, end in zip(seen, ends, strict=True)
        if end > state.at
    ]
    first = seen[0].at if seen else known
    if first - times.start >= timedelta(minutes=1):
        blocks.insert(0, Block(times.start, first, "unseen", word=words.say("no record")))
    changes = [
        words.say("{what} from {time}", what=words.say(STATES[each.state][1]),
                  time=times.text(each.at))
        for each in seen
    ]  # fmt: skip
    said = "; ".join(changes[:MOST_SAID]) or words.say("no record")
    if len(changes) > MOST_SAID:
        more = words.say("later changes, not told here: {count}", count=len(changes) - MOST_SAID)
        said = f"{said}; {more}"
    name = capital(words.term(facts.system.name))
    return Lane(
        name=name,
        blocks=tuple(blocks),
        said=(words.say("{name}: {what}.", name=name, what=said),),
    )


def divert_lanes(
    words: Wording, facts: IncidentFacts, times: Times, known: datetime
) -> Iterator[Lane]:
    """Where calls went while the system did not take them: it counts once proved (E41)."""
    for divert in facts.diverts:
        blocks = tuple(_divert(words, divert, times, known))
        if not blocks:
            continue
        name = words.say("Calls diverted: {kind}", kind=words.term(divert.kind))
        if divert.project_id:
            name = f"{name}, {divert.project_id}"
        moments = (
            (N_("ordered"), divert.ordered_at), (N_("set"), divert.executed_at),
            (N_("proved by a call"), divert.verified_at), (N_("ended"), divert.ended_at),
        )  # fmt: skip
        said = "; ".join(
            words.say("{what} {time}", what=words.say(what), time=times.text(at))
            for what, at in moments
            if at
        )
        yield Lane(name, blocks, (words.say("{name}: {what}.", name=name, what=said),))


def _divert(words: Wording, divert: DivertFacts, times: Times, known: datetime) -> Iterator[Block]:
    end = min(divert.ended_at or known, times.end)
    proved = divert.verified_at
    begun = min(filter(None, (divert.ordered_at, divert.executed_at, proved)), default=None)
    if begun is not None and min(proved or end, end) > begun:
        yield Block(begun, min(proved or end, end), "ordered", word=words.say("being set up"))
    if proved is not None and end > proved:
        yield Block(proved, end, "diverted", word=words.say("in use"))


def objective_lanes(
    words: Wording, projects: Sequence[ProjectCourse], times: Times, known: datetime
) -> tuple[list[Lane], int]:
    """A lane for the projects that share one clock, and how many more there are."""
    together: dict[object, list[ProjectCourse]] = {}
    for project in projects:
        if project.effect.effect_start is not None and project.rto:
            dues = tuple(each.due for each in project.rto)
            key = (project.effect.effect_start, dues, project.restored, project.verdict)
            together.setdefault(key, []).append(project)
    groups = sorted(together.values(), key=lambda group: group[0].rto[0].due)
    lanes = [_objective(words, group, times, known) for group in groups[:MOST_OBJECTIVES]]
    return lanes, len(groups) - len(lanes)


def _objective(
    words: Wording, group: Sequence[ProjectCourse], times: Times, known: datetime
) -> Lane:
    one = group[0]
    start, restored = one.effect.effect_start, one.restored
    assert start is not None  # those without an effect have no lane
    codes = ", ".join(each.effect.project_id for each in group)
    name = words.say("Recovery objective, {projects}: {verdict}", projects=codes,
                     verdict=words.verdict(one.verdict))  # fmt: skip
    due = one.rto[-1].due
    blocks = [Block(start, min(due, times.end), "goal")]
    over = min(restored or known, times.end)
    if over > due:
        blocks.append(Block(due, over, "overdue", word=words.say("overdue")))
    tags = [
        Tag(
            each.due,
            words.say("{limit} ends {time}", limit=words.hours(each.target.limit),
                      time=times.short(each.due)),
            "due",
        )
        for each in one.rto
    ]  # fmt: skip
    said = [
        words.say("{name}: effect from {start}; objective ends {due}.", name=codes,
                  start=times.text(start), due=times.text(due))
    ]  # fmt: skip
    if restored is not None:
        word = words.say("recovered {time}", time=times.short(restored))
        tags.append(Tag(max(restored, start), word, "back"))
        said.append(words.say("Recovered {time}.", time=times.text(restored)))
    said.append(f"{words.verdict(one.verdict)}.")
    return Lane(name, tuple(b for b in blocks if b.end > b.start), tuple(said), tags=tuple(tags))
