"""The internal documents of a system outage (requirements section 8, rows 1 to 3).

Each function gives the values that ``kitart.messaging.texts`` needs for the purpose of the same
name; ``known_facts`` is the list that a decision page shows. Roles and effects only: these texts
go to several people, so agents stand in them as a role too.
"""

from __future__ import annotations

from datetime import datetime

from kitart.reports.course import Course, course_of
from kitart.reports.facts import IncidentFacts
from kitart.reports.kinds import words_of
from kitart.reports.privacy import role_words, without_codes
from kitart.reports.wording import Wording

UNKNOWN = "not known yet"
Values = dict[str, str | datetime | bool]


def internal_fault_report(facts: IncidentFacts, *, next_news: str | datetime) -> Values:
    """Row 1, supervisor or AM to the IT manager (R47, R48)."""
    return {
        **_common(facts, next_news),
        "affected": affected_text(facts),
        "checked": checked_text(facts),
        "evidence": f"reported by {without_codes(facts.detected_by) or UNKNOWN}",
    }


def supplier_fault_report(
    facts: IncidentFacts, *, contract: str, contact: str, next_news: str | datetime
) -> Values:
    """Row 2, IT manager to the supplier. It names no client and no project (D23)."""
    name = facts.supplier.name if facts.supplier else ""
    values = _common(facts, next_news)
    return {
        **values,
        "supplier": name or UNKNOWN,
        "contract": contract or UNKNOWN,
        "symptoms": values["what"],
        "checked": checked_text(facts),
        "contact": contact or UNKNOWN,
    }


def internal_alert(facts: IncidentFacts, *, next_step: str, next_news: str | datetime) -> Values:
    """Row 3, ERT lead to the AMs, and to the CMT lead if P1 (R12, R15)."""
    priority = facts.priority
    return {
        **_common(facts, next_news),
        "priority": f"{priority.value} {priority.state}" if priority else "priority open",
        "affected": affected_text(facts),
        "next_step": without_codes(next_step) or UNKNOWN,
    }


def _common(facts: IncidentFacts, next_news: str | datetime) -> Values:
    return {
        "number": facts.number,
        "exercise": facts.exercise,
        "what": what_text(facts),
        "since": since(facts),
        "next_news": next_news,
    }


def since(facts: IncidentFacts) -> datetime:
    """The start of the effect, or of the failure, or the report: the first of these on record."""
    effects = [each.effect_start for each in facts.effects if each.effect_start]
    downs = [each.at for each in facts.states if each.state in ("down", "unstable")]
    return min(effects or downs or [facts.reported_at])


def what_text(facts: IncidentFacts) -> str:
    """What fails, in the state that is on record last: "our telephone system is down"."""
    name = facts.system.name or facts.system.id
    last = max(facts.states, key=lambda each: each.at, default=None)
    state = {"up": "was down, is up again", "unstable": "is unstable", "down": "is down"}
    return f"{name} {state.get(last.state if last else '', 'may be down')}"


def affected_text(facts: IncidentFacts) -> str:
    """The projects with their languages: "ALPHA (de, fr), BRAVO (en)"."""
    projects = []
    for effect in facts.effects:
        langs = ", ".join(queue.lang for queue in effect.queues if queue.affected)
        projects.append(f"{effect.project_id} ({langs or 'no queue'})")
    return ", ".join(projects) or "no project so far"


def checked_text(facts: IncidentFacts) -> str:
    """The tests made so far, counted: never "all" where a line is untested."""
    good = sum(proof.ok for proof in facts.proofs)
    states = len(facts.states)
    test = words_of(facts.system).one_test
    tests = f"{test}s: {good} good, {len(facts.proofs) - good} failed"
    return f"{states} states from monitoring; {tests if facts.proofs else f'no {test} yet'}"


def known_facts(facts: IncidentFacts, *, now: datetime, zone: str) -> tuple[str, ...]:
    """What is known, for a decision page: one short sentence each, the newest state first."""
    words = Wording(zone)
    known = [_state_sentence(facts, words)]
    for effect in facts.effects:
        known.append(
            _effect_sentence(course_of(facts, effect.client_id, now), effect.project_id, words)
        )
    known.append(f"Priority: {words.priority(facts.priority)}.")
    taken = [each for each in facts.ert if each.acknowledged_at]
    if taken:
        first = min(taken, key=lambda each: each.acknowledged_at or each.due_at)
        known.append(f"Taken by: {role_words(first.role)}, {words.moment(first.acknowledged_at)}.")
    else:
        known.append("Nobody of the emergency response team has taken it yet.")
    if facts.supplier is not None:
        ticket = facts.supplier.ticket or "none yet"
        said = f" It says: “{facts.supplier.statement}”" if facts.supplier.statement else ""
        known.append(f"Supplier: {facts.supplier.name}, ticket: {ticket}.{said}")
    known += [
        f"Also open: {other.number}, {other.system} ({other.priority})."
        for other in facts.also_open
    ]
    for divert in facts.diverts:
        known.append(
            f"Divert to {divert.kind} ({divert.project_id or 'all projects'}): "
            f"ordered {words.moment(divert.ordered_at, 'not yet')}, "
            f"proved {words.moment(divert.verified_at, 'not yet')}."
        )
    known.append(f"Next update due: {words.moment(facts.next_update_at, 'no time set')}.")
    return tuple(without_codes(each) for each in known)


def _state_sentence(facts: IncidentFacts, words: Wording) -> str:
    last = max(facts.states, key=lambda each: each.at, default=None)
    what = what_text(facts)
    if last is None:
        return f"{what}: no state on record; reported {words.moment(facts.reported_at)}."
    return f"{what} (since {words.moment(last.at)}, says {last.source or 'an unnamed source'})."


def _effect_sentence(course: Course, project_id: str, words: Wording) -> str:
    project = next(p for p in course.projects if p.effect.project_id == project_id)
    start = project.effect.effect_start
    if start is None:
        opens = words.moment(project.effect.opens_at, UNKNOWN)
        return f"{project_id}: no effect yet; starts at opening, {opens}."
    return (
        f"{project_id}: affected since {words.moment(start)}, "
        f"restored {words.moment(project.restored, 'not yet')}; "
        f"objective: {words.verdict(project.verdict)}."
    )
