"""Writing down a finding of an exercise, or confirming one that is proposed (reports §6.1 t15)."""

from __future__ import annotations

from kitart.gateway import exercise_words as words
from kitart.gateway.exercises import opened, said_of
from kitart.gateway.hand_forms import TEXT_LIMIT, Fault, Faulty, Form
from kitart.gateway.house import House
from kitart.gateway.visits import Page, Refused, Visitor
from kitart.journal import findings
from kitart.journal.exercises import ExerciseRecord
from kitart.journal.findings import Finding
from kitart.journal.late_entries import NotTaken, Writer
from kitart.language import phrase
from kitart.messaging.exercise_record import tell_serious
from kitart.messaging.occasion import title_of
from kitart.rules import findings as rules
from kitart.rules.findings import SERIOUS, FindingForm

FIELDS = ("text", "category", "requirement", "cause")


def finding_form(
    place: House,
    number: str,
    finding: int | None,
    visitor: Visitor,
    form: Form | None = None,
    fault: Fault | None = None,
) -> Page:
    """The form of a finding: a new one, or one that is confirmed or changed."""
    with place.inst.journal.read() as session:
        row, _, record = opened(place, session, number)
        known = findings.of_exercise(session, number)
    _written(record)
    stands = _stands(known, finding) if finding is not None else None
    view = {
        "visitor": visitor, "incident": row, "finding": finding,
        "title": visitor.read(title_of(visitor.plan, row)),
        "proposed": stands.proposed if stands else False,
        "form": dict(form) if form is not None else _as_form(visitor, stands, record),
        "categories": [
            (each, visitor.read(words.CATEGORIES[each]))
            for each in rules.CATEGORIES
            if stands is not None or each != rules.NO_FINDING
        ],
        "problem": visitor.read(fault.words) if fault else "",
        "problem_at": fault.field if fault else "", "limit": TEXT_LIMIT,
    }  # fmt: skip
    return Page("write_finding.html", view, 422 if fault else 200)


def take_finding(
    place: House, number: str, finding: int | None, visitor: Visitor, form: Form
) -> Page | None:
    """Record a finding; the form again, with what is wrong, while it can't be. A serious weakness
    is told at once (t15)."""
    with place.inst.journal.read() as session:
        _, plan, record = opened(place, session, number)
        known = findings.of_exercise(session, number)
    _written(record)
    stands = _stands(known, finding) if finding is not None else None
    try:
        given = _given(form, stands)
    except Faulty as faulty:
        return finding_form(place, number, finding, visitor, form, faulty.fault)
    writer = Writer(visitor.person, visitor.role)
    try:
        with place.inst.journal.write() as session:
            findings.record(session, number, given, writer, place=finding, now=visitor.now)
    except NotTaken as gone:
        raise _no_finding() from gone
    if given.category == SERIOUS:
        with place.inst.journal.read() as session:
            serious = findings.serious(session, number)
        for each in serious:
            tell_serious(place.inst, plan, number, each)
    return None


def suggested(place: House, number: str, finding: int, visitor: Visitor) -> dict[str, str]:
    """What the form of a corrective action begins with, out of a finding; nothing for none."""
    with place.inst.journal.read() as session:
        _, _, record = opened(place, session, number)
        known = findings.of_exercise(session, number)
    found = next((each for each in known if each.number == finding), None)
    return {"finding": said_of(visitor, found, record)} if found else {}


def _written(record: ExerciseRecord) -> None:
    if not record.over:
        raise Refused(
            409,
            phrase("This exercise is not over"),
            phrase("Findings are written down when it is."),
            number=record.number,
        )


def _given(form: Form, stands: Finding | None) -> FindingForm:
    texts = {field: form.get(field, "").strip() for field in FIELDS}
    for field, text in texts.items():
        if len(text) > TEXT_LIMIT:
            raise Faulty(field, phrase("Please write fewer words: {n} letters fit.", n=TEXT_LIMIT))
    given = FindingForm(**texts, step=stands.form.step if stands else "")
    if missing := rules.missing_in(given):
        raise Faulty(missing, words.FINDING_FIELDS[missing])
    return given


def _as_form(visitor: Visitor, stands: Finding | None, record: ExerciseRecord) -> dict[str, str]:
    if stands is None:
        return {}
    form = stands.form
    return {
        "text": said_of(visitor, stands, record), "requirement": form.requirement,
        "category": "" if stands.proposed else form.category, "cause": form.cause,
    }  # fmt: skip


def _stands(known: list[Finding], number: int) -> Finding:
    found = next((each for each in known if each.number == number), None)
    if found is None:
        raise _no_finding()
    return found


def _no_finding() -> Refused:
    return Refused(404, phrase("There is no such finding"), phrase("Choose one from the list."))
