"""The sentences of the reports in English. Another language is another file like this one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from babel import Locale, UnknownLocaleError

from kitart.reports.course import Course
from kitart.reports.facts import IncidentFacts, Number, PriorityFacts, PrivacyAnswer
from kitart.reports.moments import clock, day_text, duration_text, moment_text
from kitart.reports.privacy import role_words
from kitart.rules.verdicts import Outcome, Verdict

LANGUAGE = "en"
NOTHING_ASKED = "Nothing at present."
CAUSE_OPEN = "Under investigation. We do not guess at a cause."
NOT_KNOWN = "Not yet known."


class English:
    """Words for one client's zone."""

    language = LANGUAGE

    def __init__(self, zone: str) -> None:
        self.zone = zone

    def moment(
        self, moment: datetime | None, otherwise: str = "not available: not recorded"
    ) -> str:
        """A moment with date and both zones."""
        return moment_text(moment, self.zone) if moment is not None else otherwise

    def clock(self, moment: datetime) -> str:
        """A clock time in the client's zone."""
        return clock(moment, self.zone)

    def day(self, day: date) -> str:
        """A day."""
        return day_text(day)

    def duration(self, length: timedelta | None) -> str:
        """A duration as h:mm."""
        return duration_text(length) if length is not None else "not available: not recorded"

    def hours(self, length: timedelta) -> str:
        """An objective: "0.5 h"."""
        return f"{length.total_seconds() / 3600:g} h"

    def number(self, number: Number) -> str:
        """A figure with its kind (D3)."""
        if number.value is None:
            return f"not available: {number.why}"
        why = f": {number.why}" if number.why else ""
        return f"{number.value} ({number.kind}{why})"

    def verdict(self, verdict: Verdict) -> str:
        """A verdict with its figure."""
        outcome = verdict.outcome
        if outcome is Outcome.MET and verdict.prevented:
            return "met: prevented, service was secured before callers could notice"
        if outcome is Outcome.MET_IN_PART and verdict.short_cover is not None:
            short = verdict.short_cover
            return (
                f"met in part: {short.seats_filled} of {short.seats_needed} seats, "
                f"{short.minutes} min below need"
            )
        if outcome is Outcome.MISSED and verdict.late_by is not None:
            so_far = " so far" if verdict.reason else ""
            return f"missed by {self.duration(verdict.late_by)}{so_far}"
        if outcome is Outcome.RUNNING:
            return f"running: {verdict.reason or self.duration(verdict.left) + ' left'}"
        if outcome is Outcome.NOT_APPLICABLE:
            return f"not applicable: {verdict.reason or 'no effect inside service hours'}"
        return {"no target": "no target, kept for the trend"}.get(outcome.value, outcome.value)

    def privacy(self, answer: PrivacyAnswer) -> str:
        """Whether personal data are hit: a14, c14. The tool records the answer, it gives none."""
        head = {"no": "No.", "yes": "Yes.", "being checked": "Being checked."}[answer.answer]
        by = ""
        if answer.by_role.strip() and answer.at is not None:
            by = f" Decided by: {role_words(answer.by_role)}, {self.moment(answer.at)}."
        reason = f" {answer.reason.strip()}" if answer.reason.strip() else ""
        return f"{head}{reason}{by}"

    def language_name(self, code: str) -> str:
        """ "de" is "German"."""
        try:
            locale = Locale.parse(code.replace("-", "_"))
        except (UnknownLocaleError, ValueError):
            return code
        return locale.get_display_name(LANGUAGE) or code

    def listed(self, items: Sequence[str]) -> str:
        """ "A, B and C"."""
        unique = list(dict.fromkeys(items))
        if len(unique) < 2:
            return unique[0] if unique else ""
        return f"{', '.join(unique[:-1])} and {unique[-1]}"

    def lines(self, course: Course) -> str:
        """ "your German and English lines"."""
        names = [
            self.language_name(queue.lang)
            for project in course.projects
            for queue in project.effect.queues
            if queue.affected
        ]
        if not names:
            return "your lines"
        return f"your {self.listed(names)} {'line' if len(set(names)) == 1 else 'lines'}"

    def headline(self, course: Course) -> str:
        """One sentence that is true of the state at hand; never "is down" after it's up (E31)."""
        lines = self.lines(course)
        calls = course.facts.system.carries_calls
        name = course.facts.system.name
        if course.facts.false_alarm:
            return f"There was no disturbance of {lines}: the earlier message was a false alarm."
        if course.restored is not None:
            return self._over(course, lines)
        opens = [p.effect.opens_at for p in course.projects if not p.effect.service_open]
        if course.starts is None and any(opens):
            at = self.clock(min(each for each in opens if each))
            fails = f"calls to {lines} may not reach us" if calls else f"{name} may not be working"
            return f"When service opens at {at}, {fails}."
        if course.starts is None:
            return f"No effect on {lines} is known so far; {name} has a fault."
        if course.diverted:
            return f"Calls to {lines} are diverted at present, because {name} has a fault."
        what = f"calls to {lines}" if calls else f"{name}, used for {lines},"
        if course.state == "unstable":
            return f"{_capital(what)} {'get through' if calls else 'works'} only at times."
        if course.state == "unknown":
            fails = "may not be reaching us" if calls else "may not be working"
            return f"{_capital(what)} {fails}; we are checking."
        fails = "do not reach us at present" if calls else "is not working at present"
        return f"{_capital(what)} {fails}."

    def _over(self, course: Course, lines: str) -> str:
        restored = course.restored
        assert restored is not None
        start = course.starts
        if start is None or restored <= start:
            return f"A fault was put right at {self.clock(restored)}, before it reached {lines}."
        span = f"from {self.clock(start)} to {self.clock(restored)}"
        downs = sum(len(each.episode.downs) for each in course.episodes)
        tested = f"tested at {self.clock(course.tested_at)}" if course.tested_at else "being tested"
        if not course.facts.system.carries_calls:
            name = course.facts.system.name
            return f"{_capital(name)}, used for {lines}, failed {span}. It is back, {tested}."
        was = "were disturbed" if lines.endswith("lines") else "was disturbed"
        if downs == 1:
            was = "could not be reached"
        return f"{_capital(lines)} {was} {span}. Service is back, {tested}."

    def experience(self, course: Course) -> str:
        """What callers notice now: a4."""
        if course.facts.false_alarm:
            return "Nothing unusual: service was not disturbed."
        if course.restored is not None:
            if not course.facts.system.carries_calls:
                return "Calls are answered as usual."
            if course.tested_at is not None:
                return "Calls reach our agents again, as usual."
            return "Calls should reach our agents again; test calls are under way."
        if course.starts is None:
            return "Nothing yet."
        divert = course.divert
        if course.diverted and divert is not None:
            return f"Callers reach a {divert.kind}, checked by a test call."
        if not course.facts.system.carries_calls:
            return "Calls are answered; agents may need longer while the system fails."
        if course.state == "unstable":
            return "Some calls get through, others hear silence or a busy tone."
        return "Calls do not reach our agents. Callers may hear silence or a busy tone."

    def cover(self, course: Course) -> str:
        """Cover in place and the language promise: a6."""
        level = course.facts.cover_level
        if level is not None:
            promise = {
                1: "answered by native speakers",
                2: "answered in the language of the line by non-native speakers",
                3: "answered in English only",
                4: "sent to voicemail",
            }[level]
            return f"Cover level {level}: calls are {promise}."
        if course.restored is not None or course.starts is None:
            return "No emergency cover is needed: the usual agents answer, in the usual languages."
        if not course.facts.system.carries_calls:
            return "No emergency cover is needed: calls go on being answered by the usual agents."
        divert = course.divert
        if divert is None:
            state = "No divert is in place."
        elif course.diverted:
            state = f"Calls go to a {divert.kind}, checked by a test call."
        elif divert.executed_at or divert.verified_at:
            state = f"A divert to a {divert.kind} is set but not yet proved for every line."
        else:
            state = f"A divert to a {divert.kind} has been ordered and is not yet in place."
        return f"A system outage has no cover level of its own. {state}"

    def priority(self, priority: PriorityFacts | None) -> str:
        """The priority and whether a person decided it."""
        if priority is None:
            return "not yet set"
        by = f" by {role_words(priority.by_role)}" if priority.by_role.strip() else ""
        at = f", {self.moment(priority.at)}" if priority.at else ""
        return f"{priority.value}, {priority.state}{by}{at}"

    def level(self, facts: IncidentFacts) -> str:
        """The cover level, or that none applies."""
        return str(facts.cover_level) if facts.cover_level else "none (system outage)"

    def event_kind(self, facts: IncidentFacts) -> str:
        """Whose system: a7."""
        return "Company system" if facts.system.managed_by == "company" else "Client system"

    def start_note(self, course: Course) -> str:
        """How sure the start is: a2."""
        felt = [p.effect for p in course.projects if p.effect.effect_start]
        kinds = {
            e.effect_start_kind for e in felt if e.effect_start and e.effect_start <= course.now
        }
        if not kinds:
            opens = [p.effect.opens_at for p in course.projects if p.effect.opens_at]
            at = f" at {self.clock(min(opens))}" if opens else ""
            return f"Not yet felt by callers: any effect starts at opening{at}."
        if kinds == {"measured"}:
            return "measured"
        if "detection only" in kinds:
            return "time of detection; the real start may be earlier"
        return "as reported; the real start may differ"

    def known(self, course: Course) -> tuple[str, ...]:
        """What the record shows."""
        facts = course.facts
        found = [f"Reported at {self.moment(facts.reported_at)}."]
        name = facts.system.name
        for each in course.episodes:
            began = self.clock(each.episode.start)
            if each.episode.restored is None:
                found.append(_capital(f"{name} has had a fault since {began}."))
            else:
                down = self.duration(each.episode.down_time(course.now))
                up = self.clock(each.episode.restored)
                text = f"{name} failed at {began} and came back at {up} ({down} down)."
                found.append(_capital(text))
        if course.tested_at is not None:
            shown = self.clock(course.tested_at)
            found.append(
                f"Calls were shown to get through on each affected line by {shown}."
                if facts.system.carries_calls
                else f"{_capital(name)} was used again and worked by {shown}."
            )
        return tuple(found)

    def assumed(self, course: Course) -> tuple[str, ...]:
        """What we take for granted until we know better."""
        note = self.start_note(course)
        if course.starts is not None and note != "measured":
            return (f"We count the effect from {self.clock(course.starts)} ({note}).",)
        return ()

    def asked(self, course: Course) -> tuple[str, ...]:
        """What is still open."""
        questions = [] if course.facts.cause.strip() else ["The cause."]
        if course.restored is None and course.facts.expected_recovery is None:
            questions.append("When the system will be working again.")
        if course.restored is not None and course.tested_at is None:
            questions.append(
                "Whether every affected line works: test calls are under way."
                if course.facts.system.carries_calls
                else "Whether the system does again what it is for: it is being used to see."
            )
        if course.restored is not None and not course.recovered:
            questions.append(
                f"Whether the system stays stable for {course.facts.stable_minutes} min."
            )
        return () if course.facts.false_alarm else tuple(questions)

    def backlog(self, course: Course) -> str:
        """Voicemails and forms still to be worked off: c8."""
        started = course.facts.manual_logging
        if started is None:
            return "No forms were written by hand. Voicemails: see the table of calls."
        ended = self.moment(started[1]) if started[1] else "it still goes on"
        return f"Calls were logged by hand from {self.moment(started[0])}; ended: {ended}."


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
