"""Nobody is asked by a way that stands on what is down while another works, whatever the plan."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from kitart.alerts.opening import open_or_join
from kitart.clock import HandClock
from kitart.installation import Installation
from kitart.journal import messages
from kitart.messaging import delivering
from kitart.messaging.channels import ways
from kitart.messaging.telling import tell
from kitart.plan.loading import load_plan
from kitart.plan.schema import Channel, ChannelPolicy, Plan
from kitart.settings import HOUSE, Settings
from tests.new_journal import make_tables

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
PLAN = load_plan(HOUSE / "config")
CAUSES = ("MAIL", "SHAREPOINT", "SIGN-ON", "SMS-GATEWAY", "CARRIER", "OPERATOR-1", "OPERATOR-2")
ADDRESSES = {
    "sms": "+447700900112", "mail": "ert-1@kitart.example",
    "teams": "ert-1-teams", "chat": "ert-1-chat",
}  # fmt: skip
VALUES = {
    "what": "VCC offline", "since": NOW, "answer_by": NOW, "next_news": "soon", "link": "",
}  # fmt: skip

kinds = st.sampled_from(sorted(ADDRESSES))
causes = st.lists(st.sampled_from(CAUSES), max_size=2, unique=True).map(tuple)
downs = st.frozensets(st.sampled_from(CAUSES), max_size=4)
channel_lists = st.lists(
    st.builds(
        lambda kind, on: Channel(kind=kind, address=ADDRESSES[kind], depends_on=on), kinds, causes
    ),
    min_size=1,
    max_size=4,
).map(tuple)
policy_lists = st.lists(st.tuples(kinds, causes), max_size=6).map(
    lambda drawn: tuple(
        ChannelPolicy(kind=kind, connector=f"{kind}-{place}", depends_on=on)
        for place, (kind, on) in enumerate(drawn)
    )
)


def plan_with(policies: tuple[ChannelPolicy, ...], channels: tuple[Channel, ...] = ()) -> Plan:
    people = tuple(
        p.model_copy(update={"channels": channels}) if p.id == "ERT-1" else p for p in PLAN.people
    )
    return PLAN.model_copy(update={"channels": policies, "people": people})


def open_ways(plan: Plan, channel: Channel, down: frozenset[str]) -> list[str]:
    """The connectors that may carry it, said anew and simply."""
    return [
        policy.connector
        for policy in plan.channels
        if policy.kind == channel.kind and not down & {*policy.depends_on, *channel.depends_on}
    ]


@pytest.mark.covers("D14", "E43", "E44")
@given(policy_lists, kinds, causes, downs)
def test_ways_bars_exactly_what_stands_on_what_is_down(
    policies: tuple[ChannelPolicy, ...], kind: str, on: tuple[str, ...], down: frozenset[str]
) -> None:
    plan = plan_with(policies)
    channel = Channel(kind=kind, address=ADDRESSES[kind], depends_on=on)
    found = ways(plan, kind, on, down)
    assert [way.connector for way in found if not way.barred_by] == open_ways(plan, channel, down)
    assert sorted(way.connector for way in found) == sorted(
        policy.connector for policy in policies if policy.kind == kind
    ), "none is lost"
    assert all(way.barred_by in down for way in found if way.barred_by)
    barred = [way.barred_by is not None for way in found]
    assert barred == sorted(barred), "those barred come last"


@pytest.fixture
def inst(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(
        Settings(data_dir=tmp_path, secret_key=SecretStr("sixteen-letters-or-more")),
        HandClock(NOW),
    )
    make_tables(made.journal)
    yield made
    made.journal.close()


@pytest.mark.covers("D14", "D15", "E44")
def test_a_person_is_asked_by_every_way_that_works_and_by_no_other(
    inst: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str]] = []
    is_down: list[frozenset[str]] = [frozenset()]

    def send(_i: Any, connector: str, message: Any, *_a: Any, **_k: Any) -> str:
        asked.append((message.channel, connector))
        return "id"

    monkeypatch.setattr(delivering, "send_by", send)
    monkeypatch.setattr(delivering, "down_systems", lambda *_, **__: is_down[0])
    with inst.journal.write() as session:
        number = open_or_join(
            session, PLAN, "VCC", reported_by="monitor test", seen="away", cause_at=None, now=NOW
        ).incident.number
    times = count()

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(policy_lists, channel_lists, downs)
    def whatever_the_plan(
        policies: tuple[ChannelPolicy, ...],
        channels: tuple[Channel, ...],
        down: frozenset[str],
    ) -> None:
        asked.clear()
        is_down[0] = down
        plan, step = plan_with(policies, channels), f"try:{next(times)}"
        reached = tell(inst, plan, number, "ERT-1", "ert-alarm", step, VALUES)
        first = [(channel.kind, open_ways(plan, channel, down)[:1]) for channel in channels]
        assert asked == [(kind, way) for kind, open_now in first for way in open_now]
        assert reached == any(open_now and kind != "chat" for kind, open_now in first)
        with inst.journal.read() as session:
            rows = [r for r in messages.of_incident(session, number) if f":{step}:" in r.key]
        assert [(row.channel, row.state) for row in rows] == [
            (kind, "accepted" if open_now else "skipped") for kind, open_now in first
        ], "each channel has its outcome on record"
        assert all(row.detail for row in rows)

    whatever_the_plan()
