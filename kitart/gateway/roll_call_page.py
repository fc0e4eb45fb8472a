"""The page behind ``/r/``: are you safe, can you work? (E18, E17, D13)

Who says "not safe" reads the emergency number before anything else, and is asked nothing more.
"""

from __future__ import annotations

from kitart.gateway import roll_called, typed
from kitart.gateway.house import House
from kitart.gateway.outage_form import WHAT_OPTIONS, Answers, read_answers
from kitart.gateway.roll_called import LABELS
from kitart.gateway.standing import emergency, to_phone
from kitart.gateway.visits import NO_ANSWER, Page
from kitart.journal import outage_reports
from kitart.journal.outage_reports import AGENT, IN_DANGER, YES, Said
from kitart.journal.roll_calls import ANSWERS, CANNOT, HELP, WORKS
from kitart.language import phrase
from kitart.messaging.links import Link
from kitart.messaging.questions import option

TEMPLATE = "roll_call.html"
MEANS = {
    WORKS: phrase("Nothing more is needed from you"),
    CANNOT: phrase("Then two questions; cover is arranged"),
    HELP: phrase("Recorded at once; then you see whom to call"),
}


def show(
    place: House, link: Link, *, draft: Answers | None = None, problem: str = ""
) -> Page:  # fmt: skip
    """What is asked, or what was answered; changes nothing. Raises ``Refused`` where nothing is
    asked of this agent."""
    number, code = link.subject, link.person
    row, incident, visitor = roll_called.opened(place, number, code)
    agent = visitor.plan.agent(code)
    with place.inst.journal.read() as session:
        report = outage_reports.of_agent(session, code)
    in_danger = report is not None and report.safe in IN_DANGER
    answered = row.answer if row.answer in ANSWERS else ""
    bare = report is not None and not report.what and not in_danger and answered == CANNOT
    options = [
        option(said, LABELS[said], MEANS[said]) for said in ANSWERS if said != answered
    ]  # fmt: skip
    view = {
        "incident": incident,
        "visitor": visitor,
        "subject": f"{number}:{code}",
        "row": row,
        "answered": answered,
        "in_danger": in_danger,
        "asks_more": bare or draft is not None,
        "draft": draft or Answers(safe=YES),
        "form_id": typed.new_form_id(),
        "emergency": emergency(visitor.plan, agent.country),
        "to_phone": to_phone(visitor.plan, agent.queue.partition("/")[0], visitor),
        "what_options": [(value, visitor.read(word)) for value, word in WHAT_OPTIONS],
        "options": [{name: visitor.read(word) for name, word in o.items()} for o in options],
    }
    if problem:
        view["problem"] = visitor.read(problem)
    return Page(TEMPLATE, view, 422 if problem else 200)


def answer(place: House, link: Link, form: dict[str, str]) -> Page | None:
    """Take a button, or what happened; ``None`` when ``show`` now says it."""
    number, code = link.subject, link.person
    said = form.get("answer", "")
    if said in ANSWERS:
        roll_called.answer(place, number, code, said)
        return None
    if "form" not in form:
        return show(place, link, problem=NO_ANSWER)
    row, _, visitor = roll_called.opened(place, number, code)
    answers = read_answers(form | {"safe": YES}, visitor.now, visitor.zone, safe=(YES,))
    if row.answer != CANNOT:
        return show(place, link, problem=NO_ANSWER)
    if answers.problem:
        return show(place, link, draft=answers, problem=answers.problem)
    agent = visitor.plan.agent(code)
    project, _, language = agent.queue.partition("/")
    began = min(answers.occurred_at, row.asked_at) if answers.since else row.asked_at
    words = Said(
        agent=code, project=project, language=language, area=agent.area, reported_by=code,
        role=AGENT, safe=YES, what=answers.what, can_move=answers.can_move,
        occurred_at=began, until=answers.until_at,
    )  # fmt: skip
    key = f"{code}:{typed.form_id(form['form'])}:{answers.words}"
    roll_called.details(place, number, code, key, words)
    return None
