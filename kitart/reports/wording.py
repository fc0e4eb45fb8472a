"""How moments, figures, verdicts and sentences are written in one language, for one zone (D26).

The English text is the key: ``say`` looks it up in the catalogue of the language.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from babel import Locale, UnknownLocaleError
from babel.lists import format_list

from kitart.language import SOURCE, words
from kitart.reports.facts import Number, PriorityFacts, PrivacyAnswer
from kitart.reports.moments import (
    clock,
    day_text,
    hours_minutes,
    locale_of,
    moment_text,
    number_text,
    percent_text,
)
from kitart.reports.privacy import role_words
from kitart.reports.terms import NOT_RECORDED
from kitart.rules.verdicts import Outcome, Verdict

MONITOR = "monitor "
"""How the record names a monitoring tool: "monitor grafana"."""


class Wording:
    """The words for one reader. Raises ``LookupError`` for a language there is no catalogue of."""

    def __init__(self, zone: str, language: str = SOURCE) -> None:
        self.zone = zone
        self.language = language
        self.gettext = words(language, "reports").gettext

    def say(self, text: str, **values: object) -> str:
        """A sentence of ours, with what stands in braces filled in."""
        found = self.gettext(text)
        return found.format(**values) if values else found

    def term(self, text: str) -> str:
        """A value of the facts that may be one of our words; what a person typed stays."""
        return self.gettext(text)

    def role(self, role: str) -> str:
        """A role in words, never a person's code (D22)."""
        if role.startswith(MONITOR):
            return self.reporter(role)
        return role_words(role, self.language)

    def reporter(self, text: str) -> str:
        """Who noticed or wrote it: a monitoring tool by its name, or as it was typed."""
        if text.startswith(MONITOR):
            return self.say("monitor {name}", name=text.removeprefix(MONITOR))
        return self.term(text)

    def moment(self, moment: datetime | None, otherwise: str = NOT_RECORDED) -> str:
        """A moment with date and both zones; without one, the (translated) ``otherwise``."""
        if moment is None:
            return self.term(otherwise)
        return moment_text(moment, self.zone, self.language)

    def clock(self, moment: datetime) -> str:
        """A clock time in the client's zone."""
        return clock(moment, self.zone)

    def day(self, day: date) -> str:
        """A day."""
        return day_text(day, self.language)

    def duration(self, length: timedelta | None) -> str:
        """A duration as h:mm, with seconds only where there are some: "0:11 h"."""
        if length is None:
            return self.term(NOT_RECORDED)
        time, seconds = hours_minutes(length)
        if seconds:
            return self.say("{time} h {seconds} s", time=time, seconds=seconds)
        return self.say("{time} h", time=time)

    def hours(self, length: timedelta) -> str:
        """An objective: "0.5 h"."""
        hours = length.total_seconds() / 3600
        return self.say("{time} h", time=number_text(hours, self.language))

    def number(self, number: Number) -> str:
        """A figure with its kind (D3)."""
        why = self.term(number.why)
        if number.value is None:
            return self.say("not available: {reason}", reason=why)
        value = self.count(number.value)
        kind = self.term(number.kind)
        return f"{value} ({kind}: {why})" if why else f"{value} ({kind})"

    def cell(self, number: Number) -> str:
        """A figure in a table whose reasons stand beside it once: "12 (measured)"."""
        return self.say("not available") if number.value is None else self.number(number)

    def count(self, value: int) -> str:
        """A whole number."""
        return number_text(value, self.language)

    def decimal(self, value: float) -> str:
        """A number with at most one place: "4.5"."""
        return number_text(round(value, 1), self.language)

    def percent(self, share: int) -> str:
        """A share in whole percent: "26%", as the language writes it."""
        return percent_text(share, self.language)

    def verdict(self, verdict: Verdict) -> str:
        """A verdict with its figure."""
        outcome, reason = verdict.outcome, self.term(verdict.reason)
        if outcome is Outcome.MET and verdict.prevented:
            return self.say("met: prevented, service was secured before callers could notice")
        if outcome is Outcome.MET_IN_PART and verdict.short_cover is not None:
            short = verdict.short_cover
            return self.say(
                "met in part: {filled} of {needed} seats for {minutes} min",
                filled=short.seats_filled, needed=short.seats_needed, minutes=short.minutes,
            )  # fmt: skip
        if outcome is Outcome.MISSED and verdict.late_by is not None:
            late = self.duration(verdict.late_by)
            if reason:
                return self.say("missed by {time} so far", time=late)
            return self.say("missed by {time}", time=late)
        if outcome is Outcome.RUNNING:
            left = self.say("{time} left", time=self.duration(verdict.left))
            return self.say("running: {state}", state=reason or left)
        if outcome is Outcome.NOT_APPLICABLE:
            reason = reason or self.say("no effect inside service hours")
            return self.say("not applicable: {reason}", reason=reason)
        if outcome is Outcome.NO_TARGET:
            return self.say("no target, kept for the trend")
        return self.term(outcome.value)

    def privacy(self, answer: PrivacyAnswer) -> str:
        """Whether personal data are hit: a14, c14. The tool records the answer, it gives none."""
        heads = {
            "no": self.say("No."),
            "yes": self.say("Yes."),
            "being checked": self.say("Being checked."),
        }
        said = [heads[answer.answer]]
        reason = answer.reason.strip()
        if reason:
            said.append(reason if reason[-1] in ".!?" else f"{reason}.")
        if answer.by_role.strip() and answer.at is not None:
            role, at = self.role(answer.by_role), self.moment(answer.at)
            said.append(self.say("Decided by: {role}, {at}.", role=role, at=at))
        return " ".join(said)

    def priority(self, priority: PriorityFacts | None) -> str:
        """The priority and whether a person decided it."""
        if priority is None:
            return self.say("not yet set")
        state = self.term(priority.state)
        if priority.by_role.strip():
            role = self.role(priority.by_role)
            state = (
                self.say("decided by {role}", role=role)
                if priority.state == "decided"
                else self.say("proposed by {role}", role=role)
            )
        at = f", {self.moment(priority.at)}" if priority.at else ""
        return f"{priority.value}, {state}{at}"

    def language_name(self, code: str) -> str:
        """ "de" is "German"."""
        try:
            locale = Locale.parse(code.replace("-", "_"))
        except (UnknownLocaleError, ValueError):
            return code
        return locale.get_display_name(self.language) or code

    def country_name(self, code: str) -> str:
        """ "ES" is "Spain"."""
        found = Locale.parse(self.language).territories.get(code)
        return str(found or code)

    def listed(self, items: Sequence[str]) -> str:
        """ "A, B and C"."""
        return format_list(list(dict.fromkeys(items)), locale=locale_of(self.language))
