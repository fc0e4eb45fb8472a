"""What is known, what is assumed, what is open: never mixed (D24)."""

from __future__ import annotations

from kitart.reports import cover_words
from kitart.reports.course import Course
from kitart.reports.kinds import words_of
from kitart.reports.sentences import NONE, capital
from kitart.reports.views import Knowledge
from kitart.reports.wording import Wording


def knowledge(words: Wording, course: Course) -> Knowledge:
    """Facts, assumptions and open questions."""
    none = (words.say(NONE),)
    return Knowledge(
        facts=_known(words, course),
        assumptions=_assumed(words, course) + course.facts.assumptions or none,
        open_questions=_open(words, course) + course.facts.open_questions or none,
    )


def start_note(words: Wording, course: Course) -> str:
    """How sure the start is: a2."""
    kinds = _start_kinds(course)
    if not kinds:
        opens = [p.effect.opens_at for p in course.projects if p.effect.opens_at]
        if not opens:
            return words.say("Not yet felt by callers: any effect starts at opening.")
        at = words.clock(min(opens))
        return words.say("Not yet felt by callers: any effect starts at opening at {at}.", at=at)
    if kinds == {"measured"}:
        return words.say("measured")
    if "detection only" in kinds:
        return words.say("time of detection; the real start may be earlier")
    return words.say("as reported; the real start may differ")


def _start_kinds(course: Course) -> set[str]:
    felt = [project.effect for project in course.projects]
    return {e.effect_start_kind for e in felt if e.effect_start and e.effect_start <= course.now}


def _known(words: Wording, course: Course) -> tuple[str, ...]:
    facts, name = course.facts, course.facts.system.name
    found = [words.say("Reported at {at}.", at=words.moment(facts.reported_at))]
    found += [*cover_words.out_by_country(words, facts), *cover_words.interim(words, facts)]
    for each in course.episodes:
        began = words.clock(each.episode.start)
        if each.episode.restored is None:
            text = words.say(words_of(facts.system).has_failed, system=name, start=began)
        else:
            text = words.say(
                words_of(facts.system).failed_and_back,
                system=name, start=began, end=words.clock(each.episode.restored),
                time=words.duration(each.episode.down_time(course.now)),
            )  # fmt: skip
        found.append(capital(text))
    if course.tested_at is not None:
        at = words.clock(course.tested_at)
        found.append(capital(words.say(words_of(facts.system).tested, system=name, at=at)))
    found += [
        words.say(
            "Agents cannot work for another reason too; it is reported apart, as {number}.",
            number=other.number,
        )
        if other.agents_out
        else words.say(
            "{system} has failed too; it is reported separately, as {number}.",
            system=capital(other.system), number=other.number,
        )
        for other in facts.also_open
    ]  # fmt: skip
    return tuple(found)


def _assumed(words: Wording, course: Course) -> tuple[str, ...]:
    if course.starts is None or _start_kinds(course) == {"measured"}:
        return ()
    at, note = words.clock(course.starts), start_note(words, course)
    return (words.say("We count the effect from {at} ({note}).", at=at, note=note),)


def _open(words: Wording, course: Course) -> tuple[str, ...]:
    facts = course.facts
    if facts.false_alarm:
        return ()
    questions = [] if facts.cause.strip() else [words.say("The cause.")]
    if course.restored is None and facts.expected_recovery is None:
        questions.append(words.say(words_of(facts.system).when_back))
    if course.restored is not None and course.tested_at is None:
        questions.append(words.say(words_of(facts.system).is_it_tested))
    if course.restored is not None and not course.recovered:
        questions.append(words.say(words_of(facts.system).stays_back, minutes=facts.stable_minutes))
    return tuple(questions)
