"""The verdict on a plan that a person started in Prefect, from what can be seen outside Kitart."""

from __future__ import annotations

from collections.abc import Iterator

from kitart.plan.inputs import ExpectedInput
from kitart.plan.schema import Plan, Project
from sandbox.demo.checks import (
    Check,
    Posted,
    answers_to,
    ert_answered,
    filed,
    first_page,
    mails_to_supplier,
    names_no_other,
    pdfs_beside,
    register_closed,
    runs_completed,
    texts_to,
    told_in_time,
)
from sandbox.demo.outside import Outside
from sandbox.demo.scenario import Scenario

FIRST_PAGE_LIMIT_S = 10.0
"""Real seconds from the button in Prefect to the first text: its worker has to take the run."""


def judge_started(
    plan: Plan,
    scenario: Scenario,
    posted: Posted,
    seen: Outside,
    *,
    crashes: int = 0,
    pdfs: bool = True,
) -> list[Check]:
    """Every check of a scenario with ``started``, in the order of the story.

    ``posted`` is when the plan was started; so many runs of it were killed on purpose; ``pdfs``
    says whether this machine can make PDFs at all.
    """
    assert scenario.started is not None, "a scenario of a plan that a person starts says which"
    projects = scenario.projects(plan)
    return [
        first_page(plan, posted, seen, within_s=FIRST_PAGE_LIMIT_S),
        ert_answered(plan, posted, seen),
        *(
            _general(projects, seen)
            if scenario.started.is_general
            else _input(plan, scenario.started.report["input"], projects, posted, seen, pdfs)
        ),
        register_closed(seen),
        # The gateway may have asked for a run before the person's own held the incident.
        *runs_completed(crashes, seen, (), joined=1),
    ]


def _general(projects: tuple[Project, ...], seen: Outside) -> Iterator[Check]:
    """People say what it is, tell the client, and say when it is over (R8-R15)."""
    asked = {kind: answers_to(kind, seen) for kind in ("nature", "priority", "can-solve")}
    lead = {person for said in asked.values() for person, _ in said}
    wrong = [kind for kind, said in asked.items() if not said]
    yield Check(
        "One ERT member said what it is, how urgent, and whether it can be solved",
        not wrong and len(lead) == 1,
        f"nobody: {', '.join(wrong)}" if wrong else ", ".join(sorted(lead)),
    )
    told = answers_to("client-told", seen)
    managers = {project.account_manager for project in projects}
    yield Check(
        "The account manager told the client in person",
        {person for person, answer in told if answer == "told"} == managers,
        ", ".join(person for person, _ in told) or "nobody",
    )
    over = answers_to("over", seen)
    yield Check(
        "Whoever led it said that it is over",
        [answer for _, answer in over] == ["over"] and {person for person, _ in over} <= lead,
        ", ".join(f"{person}: {answer}" for person, answer in over) or "nobody",
    )


def _input(
    plan: Plan,
    code: str,
    projects: tuple[Project, ...],
    posted: Posted,
    seen: Outside,
    pdfs: bool,
) -> Iterator[Check]:
    """Its owner is told and decides, the client hears it, and somebody works with it (A21)."""
    missing = next(each for each in plan.inputs if each.id == code)
    clients = [plan.client(each) for each in dict.fromkeys(p.client for p in projects)]
    yield _owner_first(plan, missing, seen)
    yield _asked_the_supplier(plan, missing, seen)
    chosen = answers_to("fallback", seen)
    known = {f"use:{each.id}" for each in missing.fallbacks}
    yield Check(
        "A person decided what to work with meanwhile",
        len(chosen) == 1 and {answer for _, answer in chosen} <= known,
        ", ".join(f"{person}: {answer}" for person, answer in chosen) or "nobody",
    )
    works = answers_to("works-again", seen)
    yield Check(
        "A person said that it is here and worked with",
        [answer for _, answer in works][-1:] == ["works"],
        ", ".join(f"{person}: {answer}" for person, answer in works) or "nobody",
    )
    for client in clients:
        yield from told_in_time(client, posted, seen, plan.limits.first_notice)
    yield names_no_other(plan, clients, seen)
    yield filed(clients, seen)
    yield pdfs_beside(clients, seen, pdfs)


def _owner_first(plan: Plan, missing: ExpectedInput, seen: Outside) -> Check:
    """The owner's first text came before the ERT's (A21)."""
    groups = ([plan.person(missing.owner)], plan.people_of_kind("ert"))
    first = [next(iter(texts_to(people, seen)), None) for people in groups]
    ok = first[0] is not None and first[1] is not None and first[0] < first[1]
    said = "before the ERT" if ok else "the ERT heard it first" if first[0] else "no text arrived"
    return Check(f"Its owner, {missing.owner}, heard it before anybody else", ok, said)


def _asked_the_supplier(plan: Plan, missing: ExpectedInput, seen: Outside) -> Check:
    got = mails_to_supplier(plan, missing.supplier, seen)
    called = answers_to("supplier-call", seen)
    ok = len(got) == 1 and bool(called)
    said = f"{len(got)} mails, called by {', '.join(person for person, _ in called) or 'nobody'}"
    return Check("The supplier was written to once, and called", ok, said)
