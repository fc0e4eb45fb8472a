"""What a report says of calls: by queue, by interval, against the usual, by language (b6, c5-c7).

A share is said only where both its numbers are known; what was counted by hand has no intervals.
"""

from __future__ import annotations

from collections.abc import Iterable

from kitart.journal.missing_inputs import EMPTY
from kitart.reports.building import Desk
from kitart.reports.facts import CallFacts, Number, estimated, not_available
from kitart.reports.terms import N_
from kitart.reports.views import CallLine, CallParts
from kitart.rules.call_figures import Usual, never_reached, percent

BY_USUAL = N_("the usual calls of the same weekday and hours, less those on record")
AWAITED = N_("the carrier's records of calls that did not reach us are awaited")


def calls(desk: Desk) -> tuple[CallLine, ...]:
    """Calls of each queue on record."""
    return tuple(
        CallLine(
            each.project_id, desk.words.language_name(each.lang), each.offered, each.answered,
            each.abandoned, each.recording, each.voicemails_left, each.voicemails_returned,
            each.until,
        )
        for each in _affected(desk)
    )  # fmt: skip


def parts(desk: Desk) -> tuple[CallParts, ...]:
    """The intervals of each queue that had a call, where the phone system counted them."""
    return tuple(
        CallParts(each.project_id, desk.words.language_name(each.lang), each.slices)
        for each in _affected(desk)
        if len(each.slices) > 1 and any(part.offered for part in each.slices)
    )


def service_level(desk: Desk) -> tuple[str, ...]:
    """Each queue against what is usual and what is agreed: c5."""
    words = desk.words
    said = [line for each in _affected(desk) for line in _against(desk, each)]
    return tuple(said) or (
        words.say("not available: no usual figures are on record to compare with"),
    )


def _against(desk: Desk, calls: CallFacts) -> Iterable[str]:
    words, queue = desk.words, _queue(desk, calls)
    offered, abandoned, usual = calls.offered.value, calls.abandoned.value, calls.usual
    lost = percent(abandoned or 0, offered or 0) if abandoned is not None else None
    if lost is not None and usual is not None:
        yield words.say(
            "{queue}: {lost} of the callers gave up, usual {usual}; {offered} calls, usual "
            "{usual_calls} (the middle of {weeks} weeks, same weekday and hours, between {least} "
            "and {most})",
            queue=queue, lost=words.percent(lost),
            usual=words.percent(percent(usual.abandoned, usual.offered) or 0),
            offered=words.count(offered or 0), usual_calls=words.count(usual.offered),
            weeks=usual.weeks, least=words.count(usual.least), most=words.count(usual.most),
        )  # fmt: skip
    elif lost is not None:
        yield words.say("{queue}: {lost} of the callers gave up", queue=queue,
                        lost=words.percent(lost))  # fmt: skip
    target = calls.target
    if target is None or not offered:
        return
    if target.in_time is None:
        yield words.say(
            "{queue}: answered within {seconds} s: not available, the records do not say how long "
            "callers waited",
            queue=queue, seconds=target.within_s,
        )  # fmt: skip
        return
    yield words.say(
        "{queue}: answered within {seconds} s: {share}, agreed {percent}",
        queue=queue, seconds=target.within_s,
        share=words.percent(percent(target.in_time, offered) or 0),
        percent=words.percent(target.percent),
    )  # fmt: skip


def lost_contacts(desk: Desk) -> tuple[tuple[str, Number], ...]:
    """Callers who reached nobody: c6. None is "none" only where the record says so."""
    say = desk.words.say
    found = tuple(
        (say("{queue}: abandoned calls", queue=_queue(desk, each)), each.abandoned)
        for each in _affected(desk)
    )
    if not desk.facts.system.carries_calls:
        return found  # the phone system worked: what was not answered is among the abandoned
    estimates = [(each, _never_reached(each)) for each in _affected(desk)]
    known = [(each, number) for each, number in estimates if number is not None]
    title = say("Calls that never reached our system")
    if len(known) < len(estimates) or not known:
        return (*found, (title, not_available(AWAITED)))
    return (*found, *((f"{title}: {_queue(desk, each)}", _estimate(desk, n)) for each, n in known))


def _never_reached(calls: CallFacts) -> tuple[int, int, int] | None:
    usual, offered = calls.usual, calls.offered.value
    if usual is None or offered is None:
        return None
    return never_reached(
        Usual(usual.weeks, usual.offered, usual.answered, usual.abandoned, usual.least, usual.most),
        offered,
    )


def _estimate(desk: Desk, number: tuple[int, int, int]) -> Number:
    middle, least, most = number
    method = desk.words.say(
        "{method}; between {least} and {most}", method=desk.words.term(BY_USUAL),
        least=least, most=most,
    )  # fmt: skip
    return estimated(middle, method)


def language_quality(desk: Desk) -> tuple[str, ...]:
    """By whom the calls were answered: c7."""
    words, facts = desk.words, desk.facts
    counted = tuple(filter(None, (_speakers(desk, each) for each in _affected(desk))))
    if counted:
        return counted
    if any(entry.type == EMPTY for entry in facts.timeline):
        return (
            words.say("Agents were missing because of it; who answered is reported separately."),
        )
    if facts.level_changes or facts.cover_level or any(queue.by_rung for queue in facts.cover):
        return (
            words.say(
                "not available: answered calls have not been counted by language of the agent"
            ),
        )
    return (
        words.say("Unchanged: the usual agents answered; no cover in another language was used."),
    )


def _speakers(desk: Desk, calls: CallFacts) -> str:
    words, spoken, answered = desk.words, calls.spoken_by, calls.answered.value
    if spoken is None or not answered:
        return ""
    names = (
        (spoken.native, words.say("native speakers")),
        (spoken.non_native, words.say("other speakers of the language")),
        (spoken.english_only, words.say("in English only")),
        (spoken.unknown, words.say("not known by whom")),
    )
    shares = [
        words.say("{name}: {count} ({share})", name=name, count=words.count(count),
                  share=words.percent(percent(count, answered) or 0))
        for count, name in names
        if count
    ]  # fmt: skip
    if not shares:
        return ""
    return words.say("{queue}: {shares}", queue=_queue(desk, calls), shares=", ".join(shares))


def _affected(desk: Desk) -> tuple[CallFacts, ...]:
    """The calls of the queues that are affected: another queue of the client had none of it."""
    affected = {
        (effect.project_id, queue.lang)
        for effect in desk.facts.effects
        for queue in effect.queues
        if queue.affected
    }
    return tuple(each for each in desk.facts.calls if (each.project_id, each.lang) in affected)


def _queue(desk: Desk, calls: CallFacts) -> str:
    return f"{calls.project_id}, {desk.words.language_name(calls.lang)}"
