"""The next moves: waves, silence, no-shows, late ones, thanks, relief (E7-E10, E20)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kitart.plan.loading import load_plan
from kitart.plan.schema import Plan
from kitart.rules.cover.facts import Facts, Out
from kitart.rules.cover.moves import Call, Moves, next_moves
from kitart.rules.cover.rungs import LEVELS, Rung

TUESDAY = datetime(2026, 11, 24, 8, 12, tzinfo=UTC)
SUNDAY_NIGHT = datetime(2026, 11, 22, 2, 40, tzinfo=UTC)
A_MINUTE = timedelta(minutes=1)


@cache
def sample() -> Plan:
    return load_plan(Path(__file__).resolve().parents[4] / "config")


def one_out(at: datetime = TUESDAY, **more: Any) -> Facts:
    return Facts(at=at, out=(Out("AG-014", reported_at=TUESDAY),), projects=frozenset({"CHARLIE"}),
                 **more)  # fmt: skip


def call(agent: str = "AG-016", **more: Any) -> Call:
    return Call(**(dict(
        id=1, agent=agent, queue="CHARLIE/hu", rung=Rung.NATIVE, state="asked", asked_at=TUESDAY,
        due_at=TUESDAY + timedelta(minutes=30),
    ) | more))  # fmt: skip


def moves(facts: Facts, calls: list[Call], levels: dict[str, int], now: datetime) -> Moves:
    return next_moves(sample(), facts, calls, levels, now)


@pytest.mark.covers("R18", "D5")
def test_nobody_is_called_before_a_person_has_invoked_the_level() -> None:
    found = moves(one_out(), [], {}, TUESDAY)
    assert (found.ask, found.wanted) == ((), {"CHARLIE": 1})
    found = moves(one_out(), [], {"CHARLIE": 1}, TUESDAY)
    assert [(a.agent, a.rung) for a in found.ask] == [("AG-016", Rung.NATIVE)]
    assert found.wanted == {}
    assert found.ask[0].due_at == TUESDAY + timedelta(minutes=30)


@pytest.mark.covers("D12", "E7")
def test_silence_brings_the_next_rung_and_a_late_yes_still_counts() -> None:
    at = TUESDAY + timedelta(minutes=5)
    found = moves(one_out(at), [call()], {"CHARLIE": 1}, at)
    assert found.silent == (1,)
    assert found.wanted["CHARLIE"] > 1, "the level that is needed next is known at once"
    late = moves(one_out(at), [call(state="accepted", silent=True)], {"CHARLIE": 1}, at)
    assert late.idle
    assert late.wanted == {}


@pytest.mark.covers("R18", "D7", "E30")
def test_a_backup_who_is_not_needed_any_more_brings_no_level_back() -> None:
    at = SUNDAY_NIGHT + timedelta(minutes=82)
    all_back = Facts(at=at, projects=frozenset({"BRAVO"}))
    still_there = call(
        "AG-057", queue="BRAVO/es", rung=Rung.ENGLISH_ONLY, state="live", asked_at=SUNDAY_NIGHT,
        due_at=SUNDAY_NIGHT + timedelta(minutes=30),
    )  # fmt: skip
    found = moves(all_back, [still_there], {}, at)
    assert (found.release, found.wanted) == ((1,), {})
    # While the seat is short, the level that it was filled by is wanted as before.
    out = tuple(Out(agent, reported_at=SUNDAY_NIGHT) for agent in ("AG-023", "AG-024"))
    short = moves(replace(all_back, out=out), [still_there], {}, at)
    assert (short.release, short.wanted) == ((), {"BRAVO": 3})


@pytest.mark.covers("E9", "D12")
def test_a_no_show_is_reminded_at_25_and_replaced_at_30_minutes() -> None:
    coming = call(state="accepted")

    def at(minute: float, **more: Any) -> Moves:
        moment = TUESDAY + timedelta(minutes=minute)
        return moves(one_out(moment), [replace(coming, **more)], {"CHARLIE": 1}, moment)

    assert at(24.9).idle
    assert at(24.9).next_at == TUESDAY + timedelta(minutes=25)
    assert at(25).remind == (1,)
    assert at(25, reminded=True).remind == ()
    gone = at(30, reminded=True)
    assert (gone.no_show, gone.remind) == ((1,), ())
    assert gone.wanted["CHARLIE"] > 1


@pytest.mark.covers("E8")
def test_who_comes_later_is_used_only_when_nobody_is_faster() -> None:
    later = call(state="later", due_at=TUESDAY + timedelta(minutes=45))
    found = moves(one_out(), [later], {"CHARLIE": 1}, TUESDAY)
    assert found.use_late == ((1,) if found.proposal.queues[0].uncovered else ())
    everybody = frozenset(a.id for a in sample().agents)
    found = moves(one_out(said_no=everybody), [later], {"CHARLIE": 1}, TUESDAY)
    assert found.use_late == (1,)
    assert found.wanted == {}, "somebody comes, if late: nobody is asked about voicemail"


@pytest.mark.covers("E10")
def test_a_backup_who_is_not_live_is_thanked_and_a_live_one_waits_for_a_person() -> None:
    back = Facts(at=TUESDAY, projects=frozenset({"CHARLIE"}))
    found = moves(back, [call(state="accepted")], {"CHARLIE": 1}, TUESDAY)
    assert (found.stand_down, found.release) == ((1,), ())
    found = moves(back, [call(state="live")], {"CHARLIE": 1}, TUESDAY)
    assert (found.stand_down, found.release) == ((), (1,))
    found = moves(back, [call(silent=True)], {"CHARLIE": 1}, TUESDAY)
    assert found.stand_down == (1,), "who was asked in vain is not left with the question"


@pytest.mark.covers("E20")
def test_relief_is_asked_for_an_hour_before_the_standby_ends_and_a_successor_called() -> None:
    until = TUESDAY + timedelta(hours=2)
    live = call(state="live", until=until)
    early, due = until - timedelta(minutes=61), until - timedelta(minutes=60)
    assert moves(one_out(early), [live], {"CHARLIE": 1}, early).relief == ()
    found = moves(one_out(due), [live], {"CHARLIE": 1}, due)
    assert found.relief == (1,)
    assert found.ask or found.wanted, "the seat is looked after before it is empty"
    assert moves(one_out(until), [live], {"CHARLIE": 1}, until).end == (1,)
    own_shift = replace(live, goes_on=True)
    assert moves(one_out(due), [own_shift], {"CHARLIE": 1}, due).idle


@pytest.mark.covers("A4", "E11")
def test_a_forecast_within_the_time_warns_a_backup_and_calls_nobody() -> None:
    soon = Out("AG-014", live_again_at=TUESDAY + timedelta(minutes=25), reported_at=TUESDAY)
    facts = Facts(at=TUESDAY, out=(soon,), projects=frozenset({"CHARLIE"}))
    found = moves(facts, [], {}, TUESDAY)
    assert (found.ask, found.wanted) == ((), {})
    assert found.pre_alert == (("CHARLIE/hu", "AG-016"),)


# --- whole incidents, played by chance -----------------------------------------------------------

codes = st.sampled_from([f"AG-{n:03d}" for n in range(1, 61)])
events = st.tuples(st.sampled_from(["out", "back", "yes", "no", "later", "live", "lost", "wait"]),
                   codes, st.integers(0, 9))  # fmt: skip


@dataclass
class Played:
    """An incident without a journal: what the flow would do with the moves."""

    now: datetime
    out: dict[str, Out] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    levels: dict[str, int] = field(default_factory=dict)
    everybody: list[tuple[str, Moves]] = field(default_factory=list)

    def facts(self) -> Facts:
        return Facts(at=self.now, out=tuple(self.out.values()))

    def change(self, number: int, **update: Any) -> None:
        self.calls = [replace(c, **update) if c.id == number else c for c in self.calls]

    def round(self) -> Moves:
        found = next_moves(sample(), self.facts(), self.calls, self.levels, self.now)
        for number in found.no_show:
            self.change(number, state="no-show")
        for number in found.end:
            self.change(number, state="ended")
        for number in found.silent:
            self.change(number, silent=True)
        for number in found.stand_down:
            self.change(number, state="stood down")
        for number in found.remind:
            self.change(number, reminded=True)
        for number in found.use_late:
            self.change(number, state="accepted")
        for ask in found.ask:
            self.calls.append(Call(
                id=len(self.calls) + 1, agent=ask.agent, queue=ask.queue, rung=ask.rung,
                state="asked", asked_at=self.now, due_at=ask.due_at,
            ))  # fmt: skip
        for project, level in found.wanted.items():
            self.levels[project] = max(level, self.levels.get(project, 0))
        return found

    def happens(self, what: str, agent: str) -> None:
        mine = [c for c in self.calls if c.agent == agent]
        last = mine[-1] if mine else None
        match what:
            case "out":
                self.out[agent] = Out(agent, reported_at=self.now)
                for c in mine:
                    if c.state in ("asked", "accepted", "live"):
                        self.change(c.id, state="lost" if c.state == "live" else "declined")
            case "back":
                self.out.pop(agent, None)
            case "yes" | "no" | "later" if last and last.state == "asked":
                answer = {"yes": "accepted", "no": "declined", "later": "later"}[what]
                self.change(last.id, state=answer)
            case "live" if last and last.state == "accepted":
                self.change(last.id, state="live")
            case "lost" if last and last.state == "live":
                self.change(last.id, state="lost")


@pytest.mark.covers("D8", "D10", "D11", "D12", "E1", "D7")
@settings(max_examples=60, deadline=None)
@given(st.sampled_from([TUESDAY, SUNDAY_NIGHT]), st.lists(events, max_size=25))
def test_whatever_happens_nobody_sits_twice_or_unfit_and_no_empty_seat_is_lost_from_view(
    start: datetime, happened: list[tuple[str, str, int]]
) -> None:
    story = Played(start)
    for what, agent, minutes in happened:
        story.happens(what, agent)
        story.now += minutes * A_MINUTE
        before = {c.id for c in story.calls}
        levels = dict(story.levels)
        found = story.round()
        held = Counter(c.agent for c in story.calls if c.in_seat)
        assert all(n == 1 for n in held.values()), held
        for c in story.calls:
            if c.id not in before:
                queue = next(q for q in found.proposal.queues if q.need.key == c.queue)
                reason = {e.agent: e for e in queue.candidates}[c.agent]
                assert reason.eligible, reason.reason
                assert c.agent not in story.out
                assert (LEVELS[c.rung] or 0) <= levels.get(queue.need.project, 0)
        for queue in found.proposal.queues:
            need = queue.need
            assert queue.uncovered == max(0, need.short - len(queue.seats))
            if queue.uncovered > len(found.use_late):
                assert story.levels[need.project] == 4
        assert all(story.levels[p] >= n for p, n in levels.items()), "a level fell by itself"
        again = next_moves(sample(), story.facts(), story.calls, story.levels, story.now)
        assert again == next_moves(sample(), story.facts(), story.calls, story.levels, story.now)
