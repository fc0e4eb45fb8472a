"""The internal documents of a system outage (requirements section 8, rows 1 to 3).

Each function gives the values that ``kitart.messaging.texts`` needs for the purpose of the same
name, each in all languages. Roles and effects only: these texts go to several people, so agents
stand in them as a role too.
"""

from __future__ import annotations

from datetime import datetime

from kitart.language import Phrase, listed, phrase
from kitart.reports.facts import IncidentFacts, PriorityFacts
from kitart.reports.privacy import without_codes

UNKNOWN = phrase("not known yet")
Values = dict[str, str | datetime | bool]


def internal_fault_report(facts: IncidentFacts, *, next_news: str | datetime) -> Values:
    """Row 1, supervisor or AM to the IT manager (R47, R48)."""
    return {
        **_common(facts, next_news),
        "affected": affected_text(facts),
        "checked": checked_text(facts),
        "evidence": phrase("reported by {role}", role=without_codes(facts.detected_by) or UNKNOWN),
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


def internal_alert(facts: IncidentFacts, *, next_step: Phrase, next_news: str | datetime) -> Values:
    """Row 3, ERT lead to the AMs, and to the CMT lead if P1 (R12, R15)."""
    priority = facts.priority
    return {
        **_common(facts, next_news),
        "priority": _priority(priority) if priority else phrase("priority open"),
        "affected": affected_text(facts),
        "next_step": next_step or UNKNOWN,
    }


def _priority(priority: PriorityFacts) -> Phrase:
    if priority.state == "decided":
        return phrase("{level} decided", level=priority.value)
    return phrase("{level} proposed", level=priority.value)


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


def what_text(facts: IncidentFacts) -> Phrase:
    """What fails, in the state that is on record last: "our telephone system is down"."""
    if facts.system.at_home:
        codes = ", ".join(effect.project_id for effect in facts.effects)
        return phrase("agents can't work: {codes}", codes=codes)
    name = facts.system.name or facts.system.id
    last = max(facts.states, key=lambda each: each.at, default=None)
    state = last.state if last else ""
    if facts.system.is_input:
        return (
            phrase("{input} was missing, is here", input=name)
            if state == "up"
            else phrase("{input} is missing", input=name)
        )
    if state == "up":
        return phrase("{system} was down, is up again", system=name)
    if state == "unstable":
        return phrase("{system} is unstable", system=name)
    if state == "down":
        return phrase("{system} is down", system=name)
    return phrase("{system} may be down", system=name)


def affected_text(facts: IncidentFacts) -> Phrase:
    """The projects with their languages: "ALPHA (de, fr), BRAVO (en)"."""
    projects = []
    for effect in facts.effects:
        langs = ", ".join(queue.lang for queue in effect.queues if queue.affected)
        projects.append(
            phrase(
                "{project} ({queues})",
                project=effect.project_id,
                queues=langs or phrase("no queue"),
            )
        )
    return listed(projects) if projects else phrase("no project so far")


def checked_text(facts: IncidentFacts) -> Phrase:
    """The tests made so far, counted: never "all" where a line is untested."""
    states, good = len(facts.states), sum(proof.ok for proof in facts.proofs)
    failed, calls = len(facts.proofs) - good, facts.system.carries_calls
    if not facts.proofs:
        tests = phrase("no test call yet") if calls else phrase("no test yet")
    elif calls:
        tests = phrase("test calls: {good} good, {failed} failed", good=good, failed=failed)
    else:
        tests = phrase("tests: {good} good, {failed} failed", good=good, failed=failed)
    return phrase("{count} states from monitoring; {tests}", count=states, tests=tests)
