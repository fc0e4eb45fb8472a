"""The alert comes while Prefect is down: the gateway asks people, and a run takes over later."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.timeout(240)


@pytest.mark.covers("R8", "R9", "A14", "E24", "D15", "D21")
@pytest.mark.begins(people={f"ERT-{n}": {"reads": False} for n in range(1, 6)})
def test_the_gateway_works_the_escalation_and_a_run_takes_over_where_it_stands(story) -> None:
    story.orchestrator.away = True
    story.phone_system("down")
    assert story.alert().status_code == 202
    order = [person.id for person in story.plan.ert_order(story.start)]
    story.eventually(lambda: story.texts_to(order[0]), "the first page")
    assert not story.texts_to(order[1])

    def asked(person: str, minute: int) -> None:
        story.clock.move_to(story.start.replace(minute=minute))
        story.eventually(lambda: story.texts_to(person), f"{person} at minute {minute}")

    asked(order[1], 2)
    asked(order[2], 4)
    assert not story.texts_to(order[3])
    asked(order[3], 5)  # the deadline: everybody, and the matrix
    asked(order[4], 5)
    breach = story.eventually(lambda: story.entries("ack timed out"), "the breach")[0]
    assert breach.occurred_at == story.start.replace(minute=5)
    for person in ("AM-1", "AM-2", "IT-MGR"):
        story.eventually(lambda p=person: story.texts_to(p), f"{person} told of the breach")

    # An hour goes by: the asking goes on, and the run takes over where the gateway stood.
    story.clock.move_to(story.start.replace(hour=10))
    story.eventually(
        lambda: any(e.recorded_at == story.clock.now() for e in story.entries("ack requested")),
        "asked again after an hour",
    )
    story.orchestrator.away = False
    story.begun()
    before = {person: len(story.texts_to(person)) for person in order}
    story.settle()
    assert {person: len(story.texts_to(person)) for person in order} == before
    pages = [m.key for m in story.messages("ert-alarm") + story.messages("ert-reminder")]
    assert len(pages) == len(set(pages))
    # A late answer is contact, and erases no breach (E24).
    story.people({"reads": True, "delay_s": 0}, *order)
    story.at("10:03")
    assert story.eventually(lambda: story.acks("ert"), "a late answer")
    assert len(story.entries("ack timed out")) == 1
