"""The record of a review of the plan: every field of the catalogue, and who has read it (§7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from kitart.journal.documents import INTERNAL
from kitart.journal.reviews import OWNER, Said, Written
from kitart.language import Phrase, in_language, spoken
from kitart.plan.difference import Change
from kitart.plan.difference_text import section_name, sentence
from kitart.plan.roles import role_name
from kitart.plan.schema import Plan
from kitart.reports import review_words
from kitart.reports.privacy import without_codes
from kitart.reports.terms import N_
from kitart.reports.views import Edition, Heading, RecordMark, Status
from kitart.reports.wording import Wording
from kitart.rules.review import CHECKLIST

RECORD = "plan-review"
NOT_SAID = N_("not recorded")
NOBODY = N_("nobody so far")


def part_mark(section: str) -> str:
    """Stands for all changes of a part, where people explain them in one go."""
    return f"part:{section}"


@dataclass(frozen=True)
class SignedOff:
    """One of the two approvals: whose role, and when; ``None`` while it is not given."""

    role: str
    at: datetime | None


@dataclass(frozen=True)
class Told:
    """Somebody of the matrix: when the version was read, and old copies withdrawn."""

    person: str
    role: str
    read_at: datetime | None
    withdrawn_at: datetime | None


@dataclass(frozen=True)
class About:
    """What a record is made of besides what people wrote: see ``kitart.messaging.review_record``.

    ``changes`` come with their marks; ``told`` is empty before the version is in force.
    """

    number: str
    began_at: datetime
    version_before: str
    version_after: str
    reasons: tuple[Phrase, ...]
    changes: tuple[tuple[str, Change], ...]
    known: dict[str, tuple[Phrase, ...]]
    approvals: tuple[SignedOff, ...]
    in_force_from: date | None
    told_at: datetime | None
    told: tuple[Told, ...]
    mark: RecordMark
    changed: tuple[str, ...] = ()


@dataclass(frozen=True)
class ItemLine:
    """An item of the checklist."""

    name: str
    answer: str
    note: str
    known: tuple[str, ...]


@dataclass(frozen=True)
class ChangeLine:
    """A change of the plan: in which part, what, why, with which risk."""

    section: str
    what: str
    why: str
    risk: str


@dataclass(frozen=True)
class PlanReviewView:
    """What the record shows."""

    template: ClassVar[str] = "plan_review.html"
    heading: Heading
    headline: str
    document: tuple[tuple[str, str], ...]
    items: tuple[ItemLine, ...]
    changes: tuple[ChangeLine, ...]
    decisions: tuple[tuple[str, str, str], ...]
    training: tuple[tuple[str, str], ...]
    distribution: str
    readers: tuple[tuple[str, str, str, str], ...]
    approvals: tuple[tuple[str, str], ...]


def build_plan_review(
    plan: Plan, written: Written, about: About, *, language: str, version: int, status: Status,
    now: datetime,
) -> PlanReviewView:  # fmt: skip
    """The record as of ``now``, in a language; people by role, readers by role and code (D22)."""
    words = Wording(plan.company.time_zone, spoken(language))
    desk = _Desk(plan, written, about, words)
    return PlanReviewView(
        heading=desk.heading(version, status, now),
        headline=desk.headline(),
        document=desk.document(),
        items=tuple(desk.item(each) for each in CHECKLIST),
        changes=desk.changes(),
        decisions=desk.decisions(),
        training=tuple(
            (desk.said(s.text), desk.said(s.data["done_when"]))
            for _, s in sorted(written.training.items())
        ),
        distribution=desk.distribution(),
        readers=desk.readers(),
        approvals=tuple(
            (desk.read(role_name(each.role)), words.moment(each.at, N_("not yet given")))
            for each in about.approvals
        ),
    )


@dataclass(frozen=True)
class _Desk:
    plan: Plan
    written: Written
    about: About
    words: Wording

    def read(self, text: str) -> str:
        return in_language(text, self.words.language)

    def said(self, text: str) -> str:
        """Free words, with roles instead of persons (D22); never blank (D3)."""
        return without_codes(text, self.words.language) or self.words.term(NOT_SAID)

    def heading(self, version: int, status: Status, now: datetime) -> Heading:
        words, about = self.words, self.about
        given = [each for each in about.approvals if each.at is not None]
        edition: Edition = {"version": version, "status": status}
        return Heading(
            incident=about.number,
            title=words.say("Record of the plan's review"),
            variant="ongoing",
            running_number=1,
            version=version,
            status=edition["status"],
            edition=words.say("version {version}, {status}", version=version,
                              status=words.term(status)),
            changes=about.changed,
            classification=words.say("Confidential – stays in the company"),
            exercise=False,
            client_id=INTERNAL,
            client_name=self.plan.company.name,
            zone=words.zone,
            language=words.language,
            projects=(),
            affected=(),
            priority=words.say("not part of this document"),
            cover_level=words.say("not part of this document"),
            reported_at=about.began_at,
            data_as_of=now,
            author_role=words.say("Kitart, from the review's record"),
            reviewer_role=self.reviewers(),
            approver_role=words.listed([self.read(role_name(each.role)) for each in given])
            if given else words.say("not yet approved"),
            approved_at=max((each.at for each in given if each.at), default=None),
            recipients=words.listed([self.read(role_name(each.role)) for each in about.approvals]),
            channel=words.say("filed, not sent"),
            contact=self.read(role_name(OWNER)),
            contact_until=None,
            record=words.say(
                "Record {incident}, entry {entry}, {head}…",
                incident=about.number, entry=about.mark.entry, head=about.mark.head,
            ),
        )  # fmt: skip

    def headline(self) -> str:
        about, words = self.about, self.words
        if about.in_force_from is not None:
            return words.say(
                "Version {version} of the plan is in force from {day}.",
                version=about.version_after, day=words.day(about.in_force_from),
            )  # fmt: skip
        return words.say("The plan is being reviewed; version {version} stays in force.",
                         version=about.version_before)  # fmt: skip

    def document(self) -> tuple[tuple[str, str], ...]:
        """Title, versions, owner, reason, reviewers, dates."""
        about, words, say = self.about, self.words, self.words.say
        return (
            (say("Document"), say("Business continuity plan of {company}",
                                  company=self.plan.company.name)),
            (say("Number"), about.number),
            (say("Owner"), self.read(role_name(OWNER))),
            (say("Version before"), about.version_before),
            (say("Version after"), about.version_after),
            (say("Effective date"), self.day(about.in_force_from or self.written.effective_on)),
            (say("Reason"), "; ".join(self.read(r) for r in about.reasons)
             or words.term(NOT_SAID)),
            (say("Reviewers"), self.reviewers()),
            (say("Begun"), words.moment(about.began_at)),
            (say("Next review"), self.day(self.written.next_on)),
        )  # fmt: skip

    def reviewers(self) -> str:
        roles = [self.read(role_name(role)) for role, _ in self.written.reviewers]
        return self.words.listed(roles) if roles else self.words.term(NOBODY)

    def day(self, day: date | None) -> str:
        return self.words.day(day) if day else self.words.term(NOT_SAID)

    def item(self, item: str) -> ItemLine:
        said = self.written.items.get(item)
        answer = review_words.ANSWERS[said.data["answer"]] if said else NOT_SAID
        return ItemLine(
            name=self.read(review_words.ITEMS[item]),
            answer=self.read(answer) if said else self.words.term(NOT_SAID),
            note=without_codes(said.text, self.words.language) if said else "",
            known=tuple(self.read(each) for each in self.about.known.get(item, ())),
        )

    def changes(self) -> tuple[ChangeLine, ...]:
        """What the configured plan changed, with what people said to it; then their own."""
        found = [
            self.change(self.read(section_name(c.section)), self.read(sentence(c)),
                        self.explained(mark, c))
            for mark, c in self.about.changes
        ]  # fmt: skip
        for _, said in sorted(self.written.own.items()):
            old, new = self.said(said.data["old"]), self.said(said.data["new"])
            found.append(self.change(self.said(said.data["about"]), f"{old} → {new}", said))
        return tuple(found)

    def explained(self, mark: str, change: Change) -> Said | None:
        """What was said to this change, else to all of its part."""
        said = self.written.explained
        return said.get(mark) or said.get(part_mark(change.section))

    def change(self, section: str, what: str, said: Said | None) -> ChangeLine:
        return ChangeLine(
            section[:1].upper() + section[1:], what,
            self.said(said.text if said else ""), self.said(said.data["risk"] if said else ""),
        )  # fmt: skip

    def decisions(self) -> tuple[tuple[str, str, str], ...]:
        return tuple(
            (self.said(said.text), self.read(review_words.DECISIONS[said.data["stage"]]),
             self.said(said.data["reason"]))
            for _, said in sorted(self.written.decisions.items())
        )  # fmt: skip

    def distribution(self) -> str:
        about, say = self.about, self.words.say
        if about.told_at is None:
            return say("Nobody is told before the version is in force.")
        read = sum(each.read_at is not None for each in about.told)
        gone = sum(each.withdrawn_at is not None for each in about.told)
        return say(
            "Told on {at}: {told} people. Read by {read}; old copies withdrawn by {gone}.",
            at=self.words.moment(about.told_at), told=len(about.told), read=read, gone=gone,
        )  # fmt: skip

    def readers(self) -> tuple[tuple[str, str, str, str], ...]:
        """By role and code: the record is internal, and an auditor asks who."""
        not_yet = N_("not yet")
        return tuple(
            (each.person, self.read(role_name(each.role)),
             self.words.moment(each.read_at, not_yet),
             self.words.moment(each.withdrawn_at, not_yet))
            for each in self.about.told
        )  # fmt: skip


def changed_since(words: Wording, before: Sequence[Told], now: Sequence[Told]) -> tuple[str, ...]:
    """What a later version says anew: who has read it since."""
    old = sum(each.read_at is not None for each in before)
    new = sum(each.read_at is not None for each in now)
    return (words.say("Read by {new} people; before by {old}.", new=new, old=old),)
