"""The nine tests of an agent for a seat, in their order; the first that fails is the reason."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from kitart.language import in_language
from kitart.plan.people import Leave
from kitart.plan.schema import Plan
from kitart.rules.cover.facts import Out, Reservation
from kitart.rules.cover.rungs import Rung
from tests.unit.rules.cover.conftest import Asked, changed, queue, reason, with_permits

TUESDAY = "2026-11-17T09:12+01:00"
BACKUP = "AG-016"  # lined up for Hungarian, in HU-BA


def why(asked: Asked, plan: Plan, agent: str = BACKUP, **facts: object) -> str:
    return reason(asked(TUESDAY, "AG-014", of=plan, **facts), "CHARLIE/hu", agent)


def test_a_fit_backup_is_told_with_language_place_and_start(asked: Asked, plan: Plan) -> None:
    assert why(asked, plan) == "hu native, on standby in HU-BA, usually live in 15 minutes"


@pytest.mark.covers("D9", "D10", "A18")
@pytest.mark.parametrize(
    ("update", "said"),
    [
        ({"languages": {"hu": "B1"}}, "speaks hu at B1; CHARLIE needs B2"),
        ({"languages": {"de": "native"}}, None),
        ({"projects": ("ALPHA",)}, "is not trained and cleared for CHARLIE"),
        ({"country": "MA"}, "works in MA, which CL-3 does not permit"),
        ({"shift": ("24/7",)}, "is on shift for CHARLIE/hu"),
        ({"standby": ()}, "is not on standby now"),
        ({"area": "HU-CS"}, "is in HU-CS, where the outage is"),
        ({"leave": (Leave(first=date(2026, 11, 17), last=date(2026, 11, 17)),)}, "is on leave"),
        ({"shift": ("Mon 22:00-23:00",)}, "rest not respected: 11 hours are due"),
        ({"usual_start_minutes": 31}, "needs 31 minutes; 30 are allowed"),
    ],
)
def test_the_first_test_that_fails_is_the_reason(
    asked: Asked, plan: Plan, update: dict[str, object], said: str | None
) -> None:
    worse = changed(plan, BACKUP, **update)
    found = asked(TUESDAY, "AG-014", of=worse)
    assert BACKUP not in queue(found, "CHARLIE/hu").assigned
    if update.get("shift") == ("24/7",):  # live already: not somebody to be called
        assert BACKUP in queue(found, "CHARLIE/hu").need.live
    elif said is not None:
        assert reason(found, "CHARLIE/hu", BACKUP) == said


def test_of_several_reasons_the_earliest_test_is_told(asked: Asked, plan: Plan) -> None:
    both = changed(plan, BACKUP, projects=("ALPHA",), standby=(), area="HU-CS")
    assert why(asked, both) == "is not trained and cleared for CHARLIE"


@pytest.mark.covers("E2", "D8")
def test_a_backup_of_another_incident_is_not_taken_silently(asked: Asked, plan: Plan) -> None:
    found = asked(TUESDAY, "AG-014", assigned={BACKUP: "INC-0007"})
    assert reason(found, "CHARLIE/hu", BACKUP) == "is assigned to INC-0007"
    assert BACKUP not in queue(found, "CHARLIE/hu").assigned


@pytest.mark.covers("E3", "D8")
def test_a_reservation_holds_until_it_lapses(asked: Asked, plan: Plan) -> None:
    until = datetime.fromisoformat("2026-11-17T09:19+01:00")
    held = {BACKUP: Reservation("INC-0007", until)}
    assert why(asked, plan, reserved=held) == "is reserved by INC-0007 until 09:19 CET"
    later = asked("2026-11-17T09:19+01:00", "AG-014", reserved=held)
    assert queue(later, "CHARLIE/hu").assigned == (BACKUP,)


@pytest.mark.covers("E6", "A19")
def test_cover_does_not_come_from_the_area_of_the_outage(asked: Asked, plan: Plan) -> None:
    neighbour = changed(plan, BACKUP, area="HU-CS")
    assert why(asked, neighbour) == "is in HU-CS, where the outage is"
    ill = asked(TUESDAY, Out("AG-014", hits_area=False), of=neighbour)
    assert queue(ill, "CHARLIE/hu").assigned == (BACKUP,)
    wider = asked(TUESDAY, "AG-014", affected_areas=frozenset({"HU-BA"}))
    assert reason(wider, "CHARLIE/hu", BACKUP) == "is in HU-BA, where the outage is"


@pytest.mark.covers("A19", "R26")
def test_a_non_native_speaker_comes_from_another_place(asked: Asked, plan: Plan) -> None:
    """Even where what put the agent out does not hit the neighbours."""
    near = changed(plan, BACKUP, area="HU-CS", languages={"hu": "C1"})
    found = asked(TUESDAY, Out("AG-014", hits_area=False), of=near)
    assert "this rung needs another place" in reason(found, "CHARLIE/hu", BACKUP)


@pytest.mark.covers("E8")
def test_who_can_start_in_45_minutes_is_too_late(asked: Asked, plan: Plan) -> None:
    assert why(asked, plan, start_minutes={BACKUP: 45}) == "needs 45 minutes; 30 are allowed"


@pytest.mark.covers("E9")
def test_who_did_not_come_is_not_proposed_again(asked: Asked, plan: Plan) -> None:
    assert why(asked, plan, said_no=frozenset({BACKUP})) == "was asked and did not come"


@pytest.mark.covers("E19")
def test_rest_counts_work_that_no_roster_knows(asked: Asked, plan: Plan) -> None:
    at = datetime.fromisoformat(TUESDAY)
    short, long = at - timedelta(hours=10, minutes=59), at - timedelta(hours=11)
    assert "rest not respected" in why(asked, plan, worked_until={BACKUP: short})
    assert "rest" not in why(asked, plan, worked_until={BACKUP: long})


@pytest.mark.covers("E19")
@pytest.mark.parametrize(
    ("shift", "standby", "rested"),
    [
        ("Tue 01:00-05:00", "24/7", True),  # standby goes on from the shift: one working day
        ("Tue 01:00-05:00", "Tue 06:00-20:00", False),
        ("Mon 20:00-23:00", "24/7", False),  # 13 hours after its beginning that day is over
        ("Mon 18:00-22:12", "Tue 08:00-12:00", True),
        ("Mon 18:00-22:13", "Tue 08:00-12:00", False),
    ],
)
def test_rest_by_the_roster(
    asked: Asked, plan: Plan, shift: str, standby: str, rested: bool
) -> None:
    other = changed(plan, BACKUP, shift=(shift,), standby=(standby,))
    assert ("rest not respected" not in why(asked, other)) is rested


def test_somebody_off_duty_counts_when_known_to_be_willing(asked: Asked, plan: Plan) -> None:
    off = changed(plan, BACKUP, standby=())
    assert why(asked, off, willing=frozenset({BACKUP})).startswith("hu native, off duty but")


def test_doubtful_channels_are_shown_last_but_bar_nobody(asked: Asked, plan: Plan) -> None:
    channels = tuple(
        c.model_copy(update={"verified": date(2026, 1, 1)}) for c in plan.agent(BACKUP).channels
    )
    doubtful = changed(plan, BACKUP, channels=channels)
    assert "no two channels verified" in why(asked, doubtful)
    rival = changed(doubtful, "AG-015", standby=("Mon-Fri 08:00-10:00",))
    found = asked(TUESDAY, "AG-014", of=rival)
    assert queue(found, "CHARLIE/hu").assigned == ("AG-015",)


@pytest.mark.parametrize(
    ("permits", "rung", "said"),
    [
        ({"non_native": False}, Rung.NON_NATIVE, "CL-3 permits native speakers alone"),
        ({"non_native": False, "english_only": True}, Rung.ENGLISH_ONLY, "en C1, on standby"),
        ({"shared_agents": False}, Rung.NON_NATIVE, "serves other clients too"),
    ],
)
def test_what_the_client_does_not_permit(
    asked: Asked, plan: Plan, permits: dict[str, bool], rung: Rung, said: str
) -> None:
    speaks = {"languages": {"hu": "C1", "en": "C1"}, "projects": ("CHARLIE", "ALPHA")}
    other = with_permits(changed(plan, BACKUP, **speaks), "CL-3", **permits)
    found = asked(TUESDAY, "AG-014", of=other)
    (one,) = [c for c in queue(found, "CHARLIE/hu").candidates if c.agent == BACKUP]
    assert one.rung is rung
    assert said in str(one.reason)


@pytest.mark.covers("D26")
def test_a_reason_is_read_in_hungarian_too(asked: Asked) -> None:
    found = asked("2026-11-17T17:00+01:00", "AG-012")
    (one,) = [c for c in queue(found, "CHARLIE/ro").candidates if c.agent == "AG-010"]
    assert in_language(one.reason, "hu") == "most nincs készenlétben"
