"""The data protection assessment: internal, from the record, one version after each change (§8, 8).

The person's answer is its approval: it holds nothing that people did not record, but the ends of
the clocks, which follow from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from kitart.journal.documents import INTERNAL
from kitart.journal.legal import DESCRIPTION, QUESTION, Recorded
from kitart.journal.tables import Incident
from kitart.language import in_language, spoken
from kitart.plan.roles import role_name
from kitart.plan.schema import Person, Plan
from kitart.reports import legal
from kitart.reports.facts import PriorityFacts
from kitart.reports.legal import ClockLine, NoticeLine
from kitart.reports.privacy import without_codes
from kitart.reports.terms import N_
from kitart.reports.views import Edition, Heading, RecordMark
from kitart.reports.wording import Wording
from kitart.rules.legal import words as law
from kitart.rules.legal.clocks import Clock, State
from kitart.rules.legal.matter import ALL, Said

ASSESSMENT = "data-protection-assessment"
NOT_SAID = N_("not available: nobody has recorded it")


@dataclass(frozen=True)
class DecisionLine:
    """A word on whether personal data were hit."""

    party: str
    answer: str
    reason: str
    loss: str
    by: str
    at: datetime
    seq: int | None


@dataclass(frozen=True)
class WordLine:
    """A moment of awareness, or another decision that clocks follow from."""

    what: str
    party: str
    at: datetime
    reason: str
    by: str
    recorded_at: datetime
    seq: int | None


@dataclass(frozen=True)
class AssessmentView:
    """What the assessment shows."""

    template: ClassVar[str] = "data_protection_assessment.html"
    heading: Heading
    headline: str
    happened: tuple[tuple[str, str], ...]
    decisions: tuple[DecisionLine, ...]
    described: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    words: tuple[WordLine, ...]
    clocks: tuple[ClockLine, ...]
    """Those that run, ran out or were answered; the others stand in one line each."""
    not_needed: tuple[str, ...]
    notices: tuple[NoticeLine, ...]
    open_questions: tuple[str, ...]


@dataclass(frozen=True)
class About:
    """What a version is made of besides the legal record: the incident in words, whom it is for,
    and the record as far as it goes."""

    title: str
    reader: Person
    priority: PriorityFacts
    mark: RecordMark
    changes: tuple[str, ...]


def build_assessment(
    plan: Plan, recorded: Recorded, about: About, version: int, *, now: datetime
) -> AssessmentView:
    """The assessment as of ``now``, in its reader's language and zone. Raises ``ValueError``
    while nobody has answered whether personal data were hit."""
    decided = legal.latest_answer(recorded.matter)
    if decided is None:
        raise ValueError(f"{recorded.incident.number}: nobody has answered {QUESTION!r} yet")
    language = spoken(about.reader.language)
    words = Wording(about.reader.time_zone, language)
    found = legal.clocks_in(plan, recorded, now)
    desk = Desk(plan, recorded, words)
    return AssessmentView(
        heading=desk.heading(about, version, decided, now),
        headline=desk.headline(),
        happened=desk.happened(about.title),
        decisions=desk.decisions(),
        described=desk.described(),
        words=desk.words_given(),
        clocks=tuple(
            legal.line(each, plan, language) for each in found if each.state not in legal.IDLE
        ),
        not_needed=desk.lines(found, State.NOT_APPLICABLE),
        notices=tuple(legal.notices(recorded.matter, plan, language)),
        open_questions=desk.open_questions(found),
    )


@dataclass(frozen=True)
class Desk:
    """Puts what was recorded into the words of one reader; the moments stay values."""

    plan: Plan
    recorded: Recorded
    words: Wording

    @property
    def row(self) -> Incident:
        return self.recorded.incident

    def read(self, text: str) -> str:
        return in_language(text, self.words.language)

    def said(self, text: str) -> str:
        """Free words, with roles instead of persons (D22); never blank (D3)."""
        return without_codes(text, self.words.language) or self.words.term(NOT_SAID)

    def party(self, scope: str) -> str:
        return self.read(law.party(scope, legal.names(self.plan)))

    def heading(self, about: About, version: int, decided: Said, now: datetime) -> Heading:
        words, role = self.words, self.words.role(role_name(decided.role))
        changes = about.changes
        if version > 1 and not changes:
            changes = (words.say("What was recorded was corrected."),)
        edition: Edition = {"version": version, "status": "approved"}
        return Heading(
            incident=self.row.number,
            title=words.say("Data protection assessment"),
            variant="ongoing",
            running_number=1,
            version=version,
            status=edition["status"],
            edition=words.say(
                "version {version}, {status}", version=version, status=words.term("approved")
            ),
            changes=changes,
            classification=words.say("Confidential – stays in the company"),
            exercise=self.row.exercise,
            client_id=INTERNAL,
            client_name=self.plan.company.name,
            zone=words.zone,
            language=words.language,
            projects=tuple(p.id for p in self.plan.projects_affected_by(self.row.system_id)),
            affected=(),
            priority=words.priority(about.priority),
            cover_level=words.say("not part of this document"),
            reported_at=now,
            data_as_of=now,
            author_role=words.say("Kitart, from the incident's record"),
            reviewer_role=words.say("not yet reviewed"),
            approver_role=words.say("{role}, by the answer given", role=role),
            approved_at=decided.recorded_at,
            recipients=words.role(about.reader.kind),
            channel=words.say("mail"),
            contact=words.role(about.reader.kind),
            contact_until=None,
            record=words.say(
                "Record {incident}, entry {entry}, {head}…",
                incident=self.row.number, entry=about.mark.entry, head=about.mark.head,
            ),
        )  # fmt: skip

    def headline(self) -> str:
        """The state of the decision in one sentence."""
        said = self.recorded.matter.affected
        hit = [self.party(scope) for scope, each in said.items() if each.answer == "yes"]
        if hit:
            return self.words.say("Personal data were hit: {who}.", who=self.words.listed(hit))
        if any(each.answer == "being checked" for each in said.values()):
            return self.words.say("Whether personal data were hit is being checked.")
        return self.words.say("No personal data were hit, as people decided with their reason.")

    def happened(self, title: str) -> tuple[tuple[str, str], ...]:
        say, row = self.words.say, self.row
        ended = self.words.moment(row.recovered_at, N_("not yet restored"))
        return (
            (say("Incident"), self.read(title)),
            (say("Since"), self.words.moment(row.cause_at)),
            (say("Reported"), self.words.moment(row.reported_at)),
            (say("Reported by"), self.words.reporter(row.reported_by)),
            (say("Service restored"), ended),
        )

    def decisions(self) -> tuple[DecisionLine, ...]:
        """Each word on whether personal data were hit that holds now."""
        return tuple(
            DecisionLine(
                party=self.party(scope),
                answer=self.read(law.ANSWERS[each.answer]),
                reason=self.said(each.reason),
                loss="; ".join(self.read(law.LOSSES[name]) for name in each.loss)
                or self.words.term(NOT_SAID),
                by=self.words.role(role_name(each.role)),
                at=each.at,
                seq=each.seq,
            )
            for scope, each in self.recorded.matter.affected.items()
        )

    def described(self) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
        """The words on a breach; where nobody gave any, each field says so (D3)."""
        given = self.recorded.matter.described or {ALL: {}}
        return tuple(
            (
                self.party(scope),
                tuple(
                    (self.read(law.DESCRIPTION[name]), self.said(text.get(name, "")))
                    for name in DESCRIPTION
                ),
            )
            for scope, text in given.items()
        )

    def words_given(self) -> tuple[WordLine, ...]:
        """Moments of awareness and the other decisions that clocks follow from."""
        matter, say = self.recorded.matter, self.words.say
        found = [
            (say("Became aware, {regime}", regime=self.read(law.REGIMES[regime])), scope, each)
            for (scope, regime), each in matter.aware.items()
        ]
        found += [
            (say("Risk for the people: {answer}", answer=self.read(law.ANSWERS[each.answer])),
             scope, each)
            for scope, each in matter.risk.items()
        ]  # fmt: skip
        found += [
            (say("Major incident: {answer}", answer=self.read(law.ANSWERS[each.answer])),
             scope, each)
            for scope, each in matter.classified.items()
        ]  # fmt: skip
        found += [
            (say("Applies to this incident, {regime}: {answer}",
                 regime=self.read(law.REGIMES[regime]), answer=self.read(law.ANSWERS[each.answer])),
             scope, each)
            for (scope, regime), each in matter.applies.items()
        ]  # fmt: skip
        found += [
            (say("Not to be notified: {duty}", duty=self.read(law.TITLES[duty])), scope, each)
            for (scope, duty), each in matter.waived.items()
        ]
        return tuple(
            WordLine(what, self.party(scope), each.at, self.said(each.reason),
                     self.words.role(role_name(each.role)), each.recorded_at, each.seq)
            for what, scope, each in sorted(found, key=lambda one: one[2].recorded_at)
        )  # fmt: skip

    def open_questions(self, clocks: Sequence[Clock]) -> tuple[str, ...]:
        """What ran out undone, and what is missing before the other clocks can run."""
        open_ones = list(self.lines(clocks, State.MISSED, State.NOT_STARTED))
        if not self.recorded.matter.described:
            open_ones.append(self.words.say("What data and whose: nobody has recorded it yet."))
        return tuple(open_ones) or (self.words.say("None."),)

    def lines(self, clocks: Sequence[Clock], *states: State) -> tuple[str, ...]:
        """The clocks that stand so, one line each, with the reason or the state."""
        shown = [legal.line(each, self.plan, self.words.language) for each in clocks
                 if each.state in states]  # fmt: skip
        return tuple(f"{each.duty} ({each.party}): {each.why or each.state_words}"
                     for each in shown)  # fmt: skip
