"""The ladder on the sample company: the edge cases and the scenarios, moment by moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from kitart.plan.schema import Plan
from kitart.rules.cover.facts import Facts, Out
from kitart.rules.cover.levels import most_are_out
from kitart.rules.cover.proposal import propose
from kitart.rules.cover.rungs import Rung
from tests.unit.rules.cover.conftest import Asked, changed, queue, reason, with_permits

TUESDAY = "2026-11-17T09:12+01:00"
NIGHT = "2026-11-17T03:00+01:00"
STORM = "2026-11-22T02:40+00:00"
FRENCH = ("AG-005", "AG-006", "AG-008")  # all who are on shift for ALPHA/fr on Tuesday


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.covers("R19")
def test_scenario_a_a_lined_up_native_carries_the_queue_at_level_1(asked: Asked) -> None:
    found = asked(TUESDAY, "AG-014")
    hungarian = queue(found, "CHARLIE/hu")
    assert (hungarian.need.needed, hungarian.need.live) == (2, ("AG-013",))
    assert [(s.agent, s.rung) for s in hungarian.seats] == [("AG-016", Rung.NATIVE)]
    assert (hungarian.level, found.level, hungarian.uncovered) == (1, 1, 0)
    assert not found.needs_cmt
    assert found.levels_by_project == {"ALPHA": None, "BRAVO": None, "CHARLIE": 1, "DELTA": None}


@pytest.mark.covers("R25", "R26", "A19", "E6")
def test_scenario_b_the_storm_two_queues_one_incident_at_level_2(asked: Asked) -> None:
    found = asked(STORM, "AG-023", "AG-024", "AG-027")
    spanish, italian = queue(found, "BRAVO/es"), queue(found, "BRAVO/it")
    assert [(s.agent, s.rung) for s in spanish.seats] == [("AG-045", Rung.NON_NATIVE)]
    assert [(s.agent, s.rung) for s in italian.seats] == [("AG-060", Rung.NATIVE)]
    assert (spanish.level, italian.level, found.level) == (2, 1, 2)
    assert not found.needs_cmt
    assert reason(found, "BRAVO/es", "AG-059") == "is in ES-GA, where the outage is"
    assert "MA-06" in reason(found, "BRAVO/es", "AG-045")


@pytest.mark.covers("R30")
def test_scenario_b_the_line_to_morocco_fails_too(asked: Asked) -> None:
    found = asked("2026-11-22T03:05+00:00", "AG-023", "AG-024", "AG-027", "AG-045",
                  holding={"AG-060": "BRAVO/it"})  # fmt: skip
    spanish = queue(found, "BRAVO/es")
    assert [(s.agent, s.rung) for s in spanish.seats] == [("AG-057", Rung.ENGLISH_ONLY)]
    assert (spanish.level, found.level, found.needs_cmt) == (3, 3, True)
    assert queue(found, "BRAVO/it").assigned == ("AG-060",)
    assert reason(found, "BRAVO/it", "AG-060") == "has this seat already"


def test_two_empty_seats_take_the_next_rung_for_the_second(asked: Asked, plan: Plan) -> None:
    """One speaker of Spanish is left: English only for the second seat, at once (E7, A6)."""
    projects = tuple(
        p.model_copy(
            update={
                "queues": tuple(
                    q.model_copy(update={"seats": {**q.seats, "night": 2}}) for q in p.queues
                )
            }
        )
        if p.id == "BRAVO"
        else p
        for p in plan.projects
    )
    found = asked(STORM, "AG-023", "AG-024", "AG-027", of=plan.model_copy(
        update={"projects": projects}), projects=frozenset({"BRAVO"}))  # fmt: skip
    assert queue(found, "BRAVO/es").assigned == ("AG-045", "AG-057")
    assert queue(found, "BRAVO/es").level == 3


@pytest.mark.covers("E1", "D8")
def test_the_polyglot_goes_where_nobody_else_can(asked: Asked, plan: Plan) -> None:
    """AG-031 would be the first choice for German, and is the only one left for French."""
    slow = changed(plan, "AG-032", usual_start_minutes=29)
    out = [Out(code, hits_area=False) for code in (*FRENCH, "AG-001", "AG-002")]
    german_alone = asked(TUESDAY, *out[3:], of=slow)
    assert queue(german_alone, "ALPHA/de").assigned == ("AG-031",)
    both = asked(TUESDAY, *out, of=slow, said_no=frozenset({"AG-039"}))
    assert queue(both, "ALPHA/de").assigned == ("AG-032",)
    assert queue(both, "ALPHA/fr").assigned == ("AG-009", "AG-031")
    assert reason(both, "ALPHA/de", "AG-031") == "fits, and is proposed for ALPHA/fr"


@pytest.mark.covers("E1")
def test_choosing_the_polyglot_shows_which_queues_lose_their_reserve(asked: Asked) -> None:
    seat = queue(asked(TUESDAY, *FRENCH), "ALPHA/fr").seats[1]
    assert (seat.agent, seat.loses_reserve) == ("AG-031", ("ALPHA/de", "ALPHA/en"))


@pytest.mark.covers("E1")
def test_of_equals_the_one_whom_fewest_other_queues_count_on(asked: Asked) -> None:
    out = [Out(code, hits_area=False) for code in ("AG-001", "AG-002")]
    assert queue(asked(TUESDAY, *out), "ALPHA/de").assigned == ("AG-032",)


def test_of_equals_the_one_from_another_area(asked: Asked, plan: Plan) -> None:
    """AG-031 serves more queues, but AG-032 would sit where other cover sits."""
    out = [Out(code, hits_area=False) for code in ("AG-001", "AG-002", "AG-014")]
    apart = changed(changed(plan, "AG-016", area="DE-BY"), "AG-031", area="DE-BE")
    found = asked(TUESDAY, *out, of=apart)
    assert queue(found, "CHARLIE/hu").assigned == ("AG-016",)
    assert queue(found, "ALPHA/de").assigned == ("AG-031",)


@pytest.mark.covers("E4", "A28")
def test_one_cause_in_two_projects_each_with_its_own_level(asked: Asked) -> None:
    found = asked(TUESDAY, "AG-014", "AG-033", "AG-034", *FRENCH)
    assert found.levels_by_project == {"ALPHA": 2, "BRAVO": None, "CHARLIE": 1, "DELTA": None}
    assert (found.level, found.needs_cmt) == (2, False)
    assert queue(found, "ALPHA/nl").level == 1


@pytest.mark.covers("E7", "D11")
def test_partial_acceptance_takes_the_rest_to_the_next_rung_now(asked: Asked) -> None:
    found = asked(TUESDAY, *FRENCH, holding={"AG-009": "ALPHA/fr"}, said_no=frozenset({"AG-031"}))
    french = queue(found, "ALPHA/fr")
    assert [(s.agent, s.rung) for s in french.seats] == [
        ("AG-009", Rung.NATIVE), ("AG-039", Rung.NON_NATIVE),
    ]  # fmt: skip
    assert (french.level, french.uncovered) == (2, 0)


@pytest.mark.covers("A4", "E11", "R19")
def test_a_forecast_within_30_minutes_is_rung_0_and_warns_a_backup(asked: Asked) -> None:
    out = Out("AG-014", live_again_at=moment("2026-11-17T09:37+01:00"))
    hungarian = queue(asked(TUESDAY, out), "CHARLIE/hu")
    assert [(s.agent, s.rung) for s in hungarian.seats] == [("AG-014", Rung.RELOCATE)]
    assert (hungarian.level, hungarian.uncovered) == (None, 0)
    assert hungarian.pre_alert == ("AG-016",)
    assert hungarian.candidates[0].reason == "expects to answer calls again at 09:37 CET"


@pytest.mark.covers("A4", "A9", "E11", "E12")
@pytest.mark.parametrize("back", ["2026-11-17T09:43+01:00", "2026-11-17T10:02+01:00", None])
def test_a_later_or_unknown_forecast_calls_the_backup_at_once(
    asked: Asked, back: str | None
) -> None:
    """At minute 10 the forecast became 50 minutes; a place not accepted is no forecast either."""
    out = Out("AG-014", moment(back) if back else None, reported_at=moment(TUESDAY))
    found = asked("2026-11-17T09:22+01:00", out)
    assert queue(found, "CHARLIE/hu").assigned == ("AG-016",)
    assert found.level == 1


@pytest.mark.covers("A4", "E38")
def test_a_forecast_over_a_change_of_the_clocks_is_elapsed_time(asked: Asked) -> None:
    """02:50 CEST and 02:10 CET are 20 minutes apart, 02:10 CEST lies before."""
    budapest = ZoneInfo("Europe/Budapest")
    reported = datetime(2026, 10, 25, 2, 50, tzinfo=budapest)
    soon = datetime(2026, 10, 25, 2, 10, fold=1, tzinfo=budapest)
    known = Facts(reported)
    assert known.back_in_time(Out("AG-014", soon), 30)
    assert not known.back_in_time(Out("AG-014", soon.replace(minute=21)), 30)


@pytest.mark.covers("E17")
def test_an_agent_in_danger_is_not_counted_on(asked: Asked) -> None:
    out = Out("AG-014", moment("2026-11-17T09:20+01:00"), safe=False)
    found = asked(TUESDAY, out)
    assert queue(found, "CHARLIE/hu").assigned == ("AG-016",)
    assert "not known to be safe" in reason(found, "CHARLIE/hu", "AG-014")


@pytest.mark.covers("E13", "A6")
def test_three_of_four_germans_ill_are_level_1_while_natives_fill_the_gap(asked: Asked) -> None:
    out = [Out(code, hits_area=False) for code in ("AG-028", "AG-029", "AG-030")]
    found = asked("2026-11-17T10:02+01:00", *out)
    german = queue(found, "BRAVO/de")
    assert set(german.assigned) == {"AG-031", "AG-032"}
    assert (german.level, found.level) == (1, 1)


@pytest.mark.covers("E13", "A6", "D11", "E6")
def test_the_same_by_a_power_cut_that_hits_their_backups_too(asked: Asked) -> None:
    found = asked("2026-11-17T10:02+01:00", "AG-028", "AG-029", "AG-030")
    german = queue(found, "BRAVO/de")
    assert [(s.agent, s.rung) for s in german.seats] == [("AG-052", Rung.NON_NATIVE)]
    assert (german.uncovered, german.level) == (1, 4)
    assert german.next_step is not None
    assert german.next_step.startswith("2 of 3 seats answer calls")


@pytest.mark.covers("E14", "A7")
def test_the_one_german_of_the_night_by_what_is_left(asked: Asked, plan: Plan) -> None:
    """All agents of the queue and one agent at once: what is left decides."""
    english = asked(NIGHT, "AG-020")
    assert [(s.agent, s.rung) for s in queue(english, "BRAVO/de").seats] == [
        ("AG-057", Rung.ENGLISH_ONLY)
    ]
    native = asked(NIGHT, "AG-020", willing=frozenset({"AG-032"}))
    assert queue(native, "BRAVO/de").level == 1
    nobody = asked(NIGHT, "AG-020", "AG-057")
    assert (queue(nobody, "BRAVO/de").level, nobody.needs_cmt) == (4, True)


@pytest.mark.covers("E15", "A8", "R36")
def test_no_backup_of_the_language_and_english_barred_is_level_4_for_one_queue(
    asked: Asked,
) -> None:
    found = asked("2026-11-17T17:00+01:00", "AG-012", projects=frozenset({"CHARLIE"}))
    romanian = queue(found, "CHARLIE/ro")
    assert (romanian.level, romanian.uncovered, romanian.assigned) == (4, 1, ())
    assert [q.need.key for q in found.queues if q.level] == ["CHARLIE/ro"]
    assert found.needs_cmt
    assert reason(found, "CHARLIE/ro", "AG-013") == "CL-3 does not permit English only"
    assert romanian.next_step is not None
    assert "this queue alone" in romanian.next_step


@pytest.mark.covers("E15", "E46")
def test_a_client_that_forbids_voicemail_as_well_is_no_dead_end(asked: Asked, plan: Plan) -> None:
    barred = with_permits(plan, "CL-3", voicemail=False)
    found = asked("2026-11-17T17:00+01:00", "AG-012", of=barred)
    step = queue(found, "CHARLIE/ro").next_step
    assert step is not None
    assert "announcement agreed with the client; the CMT decides" in step


@pytest.mark.covers("E16", "A10")
def test_most_of_the_night_are_out_and_the_rungs_are_tried_first(asked: Asked) -> None:
    found = asked(NIGHT, *("AG-024", "AG-022", "AG-025", "AG-027", "AG-020"))
    assert (found.out_of_rostered, found.most_out) == ((5, 7), True)
    assert queue(found, "BRAVO/it").assigned[0] == "AG-060"
    assert not asked(NIGHT, "AG-024", "AG-022", "AG-025").most_out


@pytest.mark.covers("A10")
@pytest.mark.parametrize(
    ("out", "rostered", "most"), [(4, 8, False), (5, 8, True), (0, 0, False), (1, 1, True)]
)
def test_most_is_strictly_more_than_half(out: int, rostered: int, most: bool) -> None:
    assert most_are_out(out, rostered, 0.5) is most


def test_cover_that_stays_on_beside_those_who_are_back_is_no_level(asked: Asked) -> None:
    found = asked(TUESDAY, holding={"AG-016": "CHARLIE/hu"})
    assert queue(found, "CHARLIE/hu").assigned == ("AG-016",)
    assert (queue(found, "CHARLIE/hu").uncovered, found.level) == (0, None)


@pytest.mark.covers("E20")
def test_cover_has_its_own_end(asked: Asked) -> None:
    (seat,) = queue(asked(TUESDAY, "AG-014"), "CHARLIE/hu").seats
    assert seat.until == datetime(2026, 11, 17, 11, 0, tzinfo=UTC)


@pytest.mark.covers("E20")
@pytest.mark.parametrize(
    ("standby", "hours"),
    [
        (("Tue 08:00-12:00", "Tue 12:00-14:00"), 14),
        (("Tue 08:00-24:00", "Wed 00:00-02:00"), 26),
        (("24/7",), None),
    ],
)
def test_standby_that_goes_on_ends_when_the_last_of_it_does(
    asked: Asked, plan: Plan, standby: tuple[str, ...], hours: int | None
) -> None:
    other = changed(plan, "AG-016", shift=(), standby=standby)
    (seat,) = queue(asked(TUESDAY, "AG-014", of=other), "CHARLIE/hu").seats
    midnight = datetime(2026, 11, 16, 23, 0, tzinfo=UTC)
    assert seat.until == (midnight + timedelta(hours=hours) if hours else None)


@pytest.mark.covers("E36")
def test_a_closed_line_needs_nobody(asked: Asked) -> None:
    found = asked("2026-11-17T06:30+01:00", "AG-001", "AG-002", "AG-003",
                  projects=frozenset({"ALPHA"}))  # fmt: skip
    assert found.level is None
    assert all(q.need.needed == 0 and q.candidates == () for q in found.queues)


def test_seats_lost_by_an_outage_come_before_the_gaps_of_the_roster(
    asked: Asked, plan: Plan
) -> None:
    """At 17:00 the roster leaves BRAVO/en, es and it empty; German loses one by a fault."""
    found = asked("2026-11-17T17:00+01:00", "AG-030", "AG-040")
    german = queue(found, "BRAVO/de")
    assert german.need.short_by_roster == 0
    assert german.uncovered == 0
    assert queue(found, "BRAVO/en").need.short_by_roster == 1


def test_an_unknown_agent_is_refused(plan: Plan) -> None:
    with pytest.raises(KeyError, match="no agent 'AG-999'"):
        propose(plan, Facts(moment(TUESDAY), (Out("AG-999"),)))


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        Facts(datetime(2026, 11, 17, 9, 12))  # noqa: DTZ001
