"""Making a version of an exercise's record, and its signed copy (t22, D6, D25)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from kitart.journal import documents, exercise_record
from kitart.journal.documents import INTERNAL
from kitart.journal.tables import Document
from kitart.language import spoken
from kitart.plan.schema import Plan
from kitart.reports import exercise_words, rendering
from kitart.reports.editions import AUTHOR, keep_draft, record_mark, stored_facts
from kitart.reports.exercise import build_exercise
from kitart.reports.facts.after_action import SignOff
from kitart.reports.facts.exercise import ExerciseFacts
from kitart.reports.fingerprint import digest
from kitart.reports.gathering_exercise import gather_exercise
from kitart.reports.views import Edition, RecordMark
from kitart.reports.wording import Wording


def fingerprint(facts: ExerciseFacts) -> str:
    """A short text that changes with what people wrote, found, said or corrected, and with what
    was measured; not with new messages, other exercises or the passing of time (D6)."""
    matter = (
        *facts.steps, *facts.findings, *facts.corrective_actions, *facts.hot_wash, *facts.written,
    )  # fmt: skip
    return digest([[each.model_dump_json() for each in matter], facts.corrections])


def fits(session: Session, plan: Plan, document: Document, now: datetime) -> bool:
    """Whether a version says what the record says now."""
    return fingerprint(gather_exercise(session, plan, document.incident, now)) == (
        document.fingerprint
    )


def make_version(
    session: Session, plan: Plan, number: str, sign_offs: Sequence[SignOff], now: datetime
) -> Document:
    """Draft the record anew; what waited is superseded. The version says what changed (D25)."""
    facts = gather_exercise(session, plan, number, now)
    facts = facts.model_copy(update={"sign_offs": tuple(sign_offs)})
    version = documents.next_version(session, number, INTERNAL, exercise_record.TYPE, 1)
    before = exercise_record.versions(session, number)[-1:]
    changes = _changes(session, facts, before[0].id) if before else ()
    edition = Edition(
        version=version, status="draft", author_role=AUTHOR, data_as_of=now, changes=changes,
        record=record_mark(session, number),
    )  # fmt: skip
    made = rendering.render(build_exercise(facts, now=now, **edition))
    return keep_draft(
        session, made, facts, edition, incident=number, client=INTERNAL,
        type=exercise_record.TYPE, number=1, fingerprint=fingerprint(facts), due_at=facts.due_at,
    )  # fmt: skip


def _changes(session: Session, facts: ExerciseFacts, before: int) -> tuple[str, ...]:
    """What this version says anew, beside the one that was made before (its number)."""
    last = documents.get(session, before)
    found = changes_between(facts_of(last), facts)
    words = Wording(facts.zone, facts.language)
    if last.state == "refused" and last.reason:
        found = (*found, words.say("Sent back: {reason}", reason=last.reason))
    return found or (words.say("The results were worked out anew from the record."),)


def changes_between(old: ExerciseFacts, new: ExerciseFacts) -> tuple[str, ...]:
    """What the newer facts say beyond the older: texts, findings, actions, words of people."""
    words = Wording(new.zone, new.language)
    found = []
    was, now = ({t.part: t.text for t in each.written} for each in (old, new))
    parts = [exercise_words.PARTS[p] for p in exercise_words.PARTS if was.get(p) != now.get(p)]
    if parts:
        found.append(
            words.say("Written anew: {parts}.", parts=words.listed([words.term(p) for p in parts]))
        )
    if numbers := _differ(old.findings, new.findings):
        found.append(words.say("Findings added or changed: {numbers}.", numbers=numbers))
    if numbers := _differ(old.corrective_actions, new.corrective_actions):
        found.append(words.say("Corrective actions added or changed: {numbers}.", numbers=numbers))
    if more := len(new.hot_wash) - len(old.hot_wash):
        found.append(words.say("Words of participants added: {n}.", n=words.count(more)))
    return tuple(found)


def _differ(old: Sequence[object], new: Sequence[object]) -> str:
    were, are = (
        {each.number: each.model_copy(update={"seq": 0}) for each in rows}  # type: ignore[attr-defined]
        for rows in (old, new)
    )
    return ", ".join(str(n) for n in sorted({*were, *are}) if were.get(n) != are.get(n))


def facts_of(document: Document) -> ExerciseFacts:
    """What a version was made of."""
    return ExerciseFacts.model_validate(stored_facts(document))


def signed_copy(
    document: Document, sign_offs: Sequence[SignOff], *, record: RecordMark, now: datetime
) -> rendering.Document:
    """The signed version as it leaves: the same facts, with who signed it and when."""
    edition = _signed_edition(document, sign_offs, record)
    return rendering.render(build_exercise(_signed(document, sign_offs), now=now, **edition))


def keep_translations(
    session: Session, plan: Plan, document: Document, sign_offs: Sequence[SignOff], now: datetime
) -> None:
    """Keep the signed version in the company's other languages, to be filed beside it: the same
    facts and signatures. Nobody signs a translation: the version that was signed holds."""
    others = dict.fromkeys(spoken(each) for each in plan.company.report_languages)
    others.pop(facts_of(document).language, None)
    for place, language in enumerate(others, start=exercise_record.SIGNED + 1):
        _keep_translation(session, document, sign_offs, language, place, now)


def _keep_translation(
    session: Session,
    document: Document,
    sign_offs: Sequence[SignOff],
    language: str,
    place: int,
    now: datetime,
) -> None:
    facts = _signed(document, sign_offs).model_copy(update={"language": language})
    before = [v for v in exercise_record.versions(session, document.incident)
              if v.version < document.version]  # fmt: skip
    record = RecordMark(**document.facts["_record"])
    edition = _signed_edition(document, sign_offs, record)
    edition["changes"] = _changes(session, facts, before[-1].id) if before else ()
    made = rendering.render(build_exercise(facts, now=now, **edition))
    copy = keep_draft(
        session, made, facts, edition, incident=document.incident, client=INTERNAL,
        type=exercise_record.TYPE, number=place, fingerprint=document.fingerprint,
        due_at=document.due_at,
    )  # fmt: skip
    copy.state, copy.sent_at = "sent", document.sent_at
    copy.approved_by, copy.approved_role = document.approved_by, document.approved_role
    copy.approved_at = document.approved_at


def _signed(document: Document, sign_offs: Sequence[SignOff]) -> ExerciseFacts:
    facts = facts_of(document)
    return facts.model_copy(update={"sign_offs": tuple(sign_offs), "stage": _signed_stage(facts)})


def _signed_edition(
    document: Document, sign_offs: Sequence[SignOff], record: RecordMark
) -> Edition:
    last = sign_offs[-1]
    return Edition(
        version=document.version, status="sent", data_as_of=document.valid_as_of,
        author_role=AUTHOR, reviewer_role=sign_offs[0].role, approver_role=last.role,
        approved_at=last.at, changes=tuple(document.facts.get("_changes", ())), record=record,
    )  # fmt: skip


def _signed_stage(facts: ExerciseFacts) -> str:
    """The record that is signed evaluates the exercise; a stopped one stays stopped (D28)."""
    return facts.stage if facts.stopped else "evaluated"
