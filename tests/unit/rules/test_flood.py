"""News about one thing at most every few minutes, of many incidents in one message (D15, D16)."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitart.rules.flood import FloodLimits, Hold, Piece, Thing, hold, newest_first

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
LIMITS = FloodLimits(gap=timedelta(minutes=5), grouped_from=3)
THING = Thing("INC-0001", "recovery-time")

INCIDENTS = st.integers(1, 6).map(lambda n: f"INC-{n:04}")
THINGS = st.builds(Thing, INCIDENTS, st.sampled_from(["internal-alert", "recovery-time"]))
AGES = st.integers(0, 1200).map(lambda s: timedelta(seconds=s))
TOLD = st.dictionaries(THINGS, AGES.map(lambda age: NOW - age))
WAITING = st.dictionaries(THINGS, AGES.map(lambda age: NOW + age - timedelta(minutes=1)))
ANY_LIMITS = st.builds(
    FloodLimits, st.integers(1, 60).map(lambda m: timedelta(minutes=m)), st.integers(1, 6)
)


def minutes_ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


def found(
    thing: Thing = THING,
    told: dict[Thing, datetime] | None = None,
    waiting: dict[Thing, datetime] | None = None,
) -> Hold | None:
    return hold(LIMITS, thing, asks=False, told=told or {}, waiting=waiting or {}, now=NOW)


@given(ANY_LIMITS, THINGS, TOLD, WAITING)
def test_what_asks_a_person_for_something_is_never_held(
    limits: FloodLimits, thing: Thing, told: dict[Thing, datetime], waiting: dict[Thing, datetime]
) -> None:
    assert hold(limits, thing, asks=True, told=told, waiting=waiting, now=NOW) is None


def test_the_first_news_of_its_kind_in_an_incident_goes_at_once() -> None:
    assert found() is None
    assert found(told={Thing("INC-0001", "internal-alert"): NOW}) is None
    assert found(told={Thing("INC-0002", "recovery-time"): NOW}) is None


@pytest.mark.parametrize(("minutes", "held"), [(0, True), (4.99, True), (5, False), (60, False)])
def test_the_same_thing_is_told_again_only_after_the_gap(minutes: float, held: bool) -> None:
    told = minutes_ago(minutes)
    expected = Hold(told + LIMITS.gap, "same") if held else None
    assert found(told={THING: told}) == expected


@pytest.mark.covers("E33")
def test_from_the_third_incident_on_news_goes_in_one_message() -> None:
    others = {Thing(f"INC-000{n}", "internal-alert"): minutes_ago(4 - n) for n in (2, 3)}
    assert found(told=others) == Hold(minutes_ago(1) + LIMITS.gap, "many")
    lately = others | {Thing("INC-0002", "internal-alert"): minutes_ago(5)}
    assert found(told=lately) is None, "news of five minutes ago counts no more"
    two_kinds = {Thing("INC-0002", kind): NOW for kind in ("internal-alert", "recovery-time")}
    assert found(told=two_kinds) is None, "two kinds of news are one incident"


def test_what_waits_is_not_overtaken_by_what_is_newer() -> None:
    until = NOW - timedelta(seconds=1)  # due, and not yet released
    assert found(waiting={THING: until}) == Hold(until, "waiting")
    assert found(waiting={Thing("INC-0002", "recovery-time"): until}) is None


def test_clocks_that_differ_let_no_flood_through() -> None:
    assert found(told={THING: NOW + timedelta(seconds=2)}) == Hold(NOW + LIMITS.gap, "same")


@given(ANY_LIMITS, THINGS, TOLD)
def test_nothing_is_held_longer_than_the_gap(
    limits: FloodLimits, thing: Thing, told: dict[Thing, datetime]
) -> None:
    held = hold(limits, thing, asks=False, told=told, waiting={}, now=NOW)
    assert held is None or NOW < held.until <= NOW + limits.gap


@given(st.lists(st.tuples(THINGS, st.integers(0, 1200)), max_size=60))
def test_however_news_comes_a_person_gets_one_thing_at_most_once_in_a_gap(
    news: list[tuple[Thing, int]],
) -> None:
    """All news played through, what is held released at its moment."""
    sent: dict[Thing, list[datetime]] = {}
    waiting: dict[Thing, datetime] = {}
    for thing, second in sorted(news, key=lambda each: each[1]):
        now = NOW + timedelta(seconds=second)
        for due in [each for each, until in waiting.items() if until <= now]:
            sent.setdefault(due, []).append(waiting.pop(due))
        told = {each: moments[-1] for each, moments in sent.items()}
        held = hold(LIMITS, thing, asks=False, told=told, waiting=waiting, now=now)
        if held:
            waiting[thing] = held.until
        else:
            sent.setdefault(thing, []).append(now)
    for moments in sent.values():
        assert all(b - a >= LIMITS.gap for a, b in itertools.pairwise(moments))


@given(st.lists(THINGS))
def test_of_each_thing_the_newest_is_told_and_nothing_is_lost(things: list[Thing]) -> None:
    pieces = [Piece(thing, place) for place, thing in enumerate(things)]
    newest, earlier = newest_first(pieces)
    assert sorted((*newest, *earlier), key=lambda piece: piece.place) == pieces
    assert [piece.thing for piece in newest] == list(dict.fromkeys(reversed(things)))
    for piece in earlier:
        assert any(piece.thing == new.thing and piece.place < new.place for new in newest)
    for part in (newest, earlier):
        places = [piece.place for piece in part]
        assert places == sorted(places, reverse=True)
