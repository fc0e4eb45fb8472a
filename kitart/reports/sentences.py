"""What the reports say of an incident's course for one client, in the words of its language."""

from __future__ import annotations

from kitart.reports import cover_words
from kitart.reports.course import Course
from kitart.reports.facts import IncidentFacts
from kitart.reports.kinds import words_of
from kitart.reports.terms import N_
from kitart.reports.wording import Wording

NOTHING_ASKED = N_("Nothing at present.")
CAUSE_OPEN = N_("Under investigation. We do not guess at a cause.")
NONE = N_("None.")


def lines(words: Wording, course: Course) -> str:
    """ "your German and English lines"."""
    names = [
        words.language_name(queue.lang)
        for project in course.projects
        for queue in project.effect.queues
        if queue.affected
    ]
    if not names:
        return words.say("your lines")
    listed = words.listed(names)
    if len(set(names)) == 1:
        return words.say("your {languages} line", languages=listed)
    return words.say("your {languages} lines", languages=listed)


def headline(words: Wording, course: Course) -> str:
    """One sentence that is true of the state at hand; never "is down" after it's up (E31)."""
    mine = lines(words, course)
    system = course.facts.system.name
    if course.facts.false_alarm:
        return words.say(
            "There was no disturbance of {lines}: the earlier message was a false alarm.",
            lines=mine,
        )
    if course.restored is not None:
        return _over(words, course, mine)
    if course.facts.cover:
        return cover_words.headline(words, course.facts)
    if course.starts is None:
        return _not_felt_yet(words, course, mine)
    if course.diverted:
        return words.say(
            "Calls to {lines} are diverted at present, because {system} has a fault.",
            lines=mine, system=system,
        )  # fmt: skip
    kind = words_of(course.facts.system)
    text = {"unstable": kind.fails_at_times, "unknown": kind.may_fail}.get(course.state, kind.fails)
    return capital(words.say(text, lines=mine, system=system))


def _not_felt_yet(words: Wording, course: Course, mine: str) -> str:
    system = course.facts.system.name
    opens = [p.effect.opens_at for p in course.projects if not p.effect.service_open]
    known = [each for each in opens if each]
    if not known:
        return words.say(
            "No effect on {lines} is known so far; {system} has a fault.",
            lines=mine, system=system,
        )  # fmt: skip
    return words.say(
        words_of(course.facts.system).may_fail_at_opening,
        at=words.clock(min(known)), lines=mine, system=system,
    )  # fmt: skip


def _over(words: Wording, course: Course, mine: str) -> str:
    restored, start = course.restored, course.starts
    assert restored is not None
    if course.facts.cover and start is None:
        return cover_words.prevented(words)
    if start is None or restored <= start:
        at = words.clock(restored)
        return words.say(
            "A fault was put right at {at}, before it reached {lines}.", at=at, lines=mine
        )
    kind = words_of(course.facts.system)
    downs = sum(len(each.episode.downs) for each in course.episodes)
    span = words.say(
        kind.failed_once if downs == 1 else kind.failed_often,
        lines=mine, system=course.facts.system.name,
        start=words.clock(start), end=words.clock(restored),
    )  # fmt: skip
    back = words.say(kind.back_untested)
    if course.tested_at is not None:
        back = words.say(kind.back_tested, at=words.clock(course.tested_at))
    return f"{capital(span)} {back}"


def experience(words: Wording, course: Course) -> str:
    """What callers notice now: a4."""
    kind = words_of(course.facts.system)
    if course.facts.false_alarm:
        return words.say("Nothing unusual: service was not disturbed.")
    if course.restored is not None:
        tested = course.tested_at is not None
        return words.say(kind.felt_after if tested else kind.felt_after_untested)
    if course.facts.cover:
        return cover_words.experience(words, course.facts)
    if course.starts is None:
        return words.say("Nothing yet.")
    if course.diverted and course.divert is not None:
        target = words.term(course.divert.kind)
        return words.say("Callers reach a {target}, checked by a test call.", target=target)
    text = kind.felt_at_times if course.state == "unstable" else kind.felt
    return words.say(text)


def cover(words: Wording, course: Course) -> str:
    """Cover in place and the language promise: a6."""
    if course.facts.cover:
        return cover_words.cover(words, course.facts)
    level = course.facts.cover_level
    if level is not None:
        return (
            words.say("Cover level 1: calls are answered by native speakers."),
            words.say(
                "Cover level 2: calls are answered in the language of the line by non-native "
                "speakers."
            ),
            words.say("Cover level 3: calls are answered in English only."),
            words.say("Cover level 4: calls are sent to voicemail."),
        )[level - 1]
    if course.restored is not None or course.starts is None:
        return words.say(
            "No emergency cover is needed: the usual agents answer, in the usual languages."
        )
    kind = words_of(course.facts.system)
    if kind.cover is not None:
        return words.say(kind.cover)
    return _divert(words, course)


def _divert(words: Wording, course: Course) -> str:
    none = words.say("A system outage has no cover level of its own.")
    divert = course.divert
    target = words.term(divert.kind) if divert else ""
    if divert is None:
        state = words.say("No divert is in place.")
    elif course.diverted:
        state = words.say("Calls go to a {target}, checked by a test call.", target=target)
    elif divert.executed_at or divert.verified_at:
        state = words.say(
            "A divert to a {target} is set but not yet proved for every line.", target=target
        )
    else:
        state = words.say(
            "A divert to a {target} has been ordered and is not yet in place.", target=target
        )
    return f"{none} {state}"


def level(words: Wording, facts: IncidentFacts) -> str:
    """The cover level, or that none applies."""
    if facts.cover_level:
        return str(facts.cover_level)
    if facts.system.at_home or facts.system.is_input:
        return words.say("none")
    return words.say("none (system outage)")


def event_kind(words: Wording, facts: IncidentFacts) -> str:
    """Whose system, or that people are missing: a7."""
    if facts.system.at_home:
        return words.say("Place of work")
    if facts.system.is_input:
        return words.say("Vital input from a supplier, a function or a system")
    if facts.system.managed_by == "company":
        return words.say("Company system")
    return words.say("Client system")


def system(words: Wording, facts: IncidentFacts) -> str:
    """The system and who looks after it: a8."""
    if facts.system.at_home:
        return words.say("none: agents work from home, and no system has failed")
    if facts.system.is_input:
        return words.say("none: an input that we work with is missing ({input})",
                         input=facts.system.name)  # fmt: skip
    if facts.system.managed_by == "company":
        return words.say("{system}, managed by us", system=facts.system.name)
    return words.say("{system}, managed by you", system=facts.system.name)


def capital(sentence: str) -> str:
    """``sentence`` with a capital letter first: it may begin with a system's name."""
    return sentence[:1].upper() + sentence[1:]
