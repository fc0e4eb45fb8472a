"""The daily look over sockets: kept, told to the account managers where it got worse, shown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import requests

from kitart.connectors.errors import ConnectorError
from kitart.connectors.http import host_pauses
from kitart.installation import use_installation
from kitart.journal import readiness
from kitart.messaging import readiness as daily
from kitart.plan.schema import Plan
from kitart.rules.readiness.result import look
from tests.integration.gateway.signed_in import Holder

pytestmark = pytest.mark.covers("D27", "R7")


@pytest.fixture(autouse=True)
def _installed(place: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Three days are enough to see what is told and shown."""
    monkeypatch.setattr(daily, "look", partial(look, hours=72))
    use_installation(place.inst)
    yield
    use_installation(None)


def use(place: Any, plan: Plan) -> None:
    """Have the next look find this plan as the configured one."""
    place.inst.current_plan = lambda: plan


def thinner(plan: Plan, agent: str = "AG-016") -> Plan:
    """The plan without one of its backups."""
    agents = tuple(
        a.model_copy(update={"standby": (), "standby_queues": ()}) if a.id == agent else a
        for a in plan.agents
    )
    return plan.model_copy(update={"agents": agents})


def next_morning(place: Any) -> None:
    place.clock.advance(days=1)
    daily.look_and_keep(place.inst)


def rows(place: Any) -> list[tuple[str, str, str]]:
    with place.inst.journal.read() as session:
        day = daily.got_worse(place.inst)[0].day.isoformat()
        return [(r.person, r.channel, r.state) for r in readiness.told(session, day)]


def test_nobody_is_told_while_nothing_got_worse(place: Any) -> None:
    daily.look_and_keep(place.inst)
    assert daily.tell_worse(place.inst) == {}
    next_morning(place)
    assert daily.tell_worse(place.inst) == {}
    assert rows(place) == []


def test_the_account_manager_of_the_project_is_told_once_on_each_channel(place: Any) -> None:
    daily.look_and_keep(place.inst)
    use(place, thinner(place.plan))
    next_morning(place)
    told = daily.tell_worse(place.inst)
    assert told.keys() == {"AM-2"}, "CHARLIE is AM-2's; AM-1's projects are as they were"
    assert told["AM-2"] >= 2
    assert rows(place) == [("AM-2", "mail", "accepted"), ("AM-2", "sms", "accepted")]
    assert daily.tell_worse(place.inst) == told
    assert len(place.texts_to("AM-2")) == 1, "asked again, nobody is told twice"
    (text,) = place.texts_to("AM-2")
    assert "felkészültsége" in text
    assert text.endswith(f"{place.inst.settings.gateway_url}/readiness")


def test_a_manager_on_leave_is_stood_in_for(place: Any) -> None:
    daily.look_and_keep(place.inst)
    leave = [{"first": "2026-11-20", "last": "2026-12-01"}]
    plan = thinner(place.plan)
    raw = plan.snapshot()
    for person in raw["people"]:
        if person["id"] == "AM-2":
            person["leave"] = leave
    use(place, Plan.from_snapshot(raw))
    next_morning(place)
    assert daily.tell_worse(place.inst).keys() == {"AM-1"}


def test_when_no_channel_takes_it_the_step_fails_and_a_later_one_tells(place: Any) -> None:
    daily.look_and_keep(place.inst)
    use(place, thinner(place.plan))
    next_morning(place)
    place.inst.settings.smtp.host = ""  # the second way of mail
    place.world.tenant_faults.set("*", "reset")
    place.world.sms_faults.set("*", "status", status=400, body="{}")
    with pytest.raises(ConnectorError, match="AM-2 could be told on no channel what got worse"):
        daily.tell_worse(place.inst)
    assert {state for _, _, state in rows(place)} == {"failed"}
    place.world.tenant_faults.clear()
    place.world.sms_faults.clear()
    host_pauses.forget()
    assert daily.tell_worse(place.inst).keys() == {"AM-2"}
    assert "accepted" in {state for _, _, state in rows(place)}


def test_before_the_first_look_there_is_nothing_to_compare(place: Any) -> None:
    with pytest.raises(LookupError, match="no look"):
        daily.got_worse(place.inst)


# --- the page -----------------------------------------------------------------------------------


def test_the_page_wants_a_sign_in_and_says_when_there_was_no_look(place: Any) -> None:
    assert requests.get(f"{place.server.url}/readiness", timeout=10).status_code == 401
    page = Holder(place, "ERT-5").get("/readiness")
    assert page.status_code == 200
    assert "There was no look yet" in page.text


def test_the_page_shows_findings_hours_and_mends_of_the_last_look(place: Any) -> None:
    daily.look_and_keep(place.inst)
    holder = Holder(place, "ERT-5")
    page = holder.get("/readiness").text
    for said in (
        "CMT-LEAD: voice, sms, mail all hang on OPERATOR-1", "found since 2026-11-24",
        "What would help most", "The weakest hours: any one area", "CHARLIE/ro",
    ):  # fmt: skip
        assert said in page, said
    assert 'href="/readiness"' in holder.get("/board").text
    one = holder.get("/readiness?out=client:CL-3&queue=CHARLIE/hu").text
    assert "CHARLIE/hu, day by day: CL-3" in one
    assert '<option value="client:CL-3" selected>' in one


def test_nonsense_in_the_address_shows_the_page_as_it_is(place: Any) -> None:
    daily.look_and_keep(place.inst)
    holder = Holder(place, "ERT-5")
    page = holder.get("/readiness?out=area:<script>&queue=NO/no")
    assert page.status_code == 200
    assert "<script>" not in page.text
    assert '<option value="area" selected>' in page.text
    assert "day by day:" not in page.text


@pytest.mark.covers("D23")
def test_a_supervisor_sees_the_own_projects_alone(place: Any) -> None:
    daily.look_and_keep(place.inst)
    page = Holder(place, "SV-2").get("/readiness").text
    assert "BRAVO/de" in page
    for hidden in ("ALPHA/nl", "CHARLIE/ro", "CL-3 "):
        assert hidden not in page, hidden


def test_an_old_look_and_a_changed_plan_are_said_to_be_so(place: Any) -> None:
    daily.look_and_keep(place.inst)
    holder = Holder(place, "ERT-5")
    assert "This look is old" not in holder.get("/readiness").text
    place.clock.move_to(place.clock.now() + timedelta(hours=27))
    place.use_plan(thinner(place.plan).snapshot())
    page = holder.get("/readiness").text
    assert "27 h ago" in page
    assert "This look is old" in page
    assert "The plan was changed since" in page


@pytest.mark.covers("D17")
def test_the_page_shows_how_old_each_offline_copy_is_and_readiness_names_the_old_ones(
    place: Any,
) -> None:
    old = place.plan
    supervisor = Holder(place, "SV-2")
    supervisor.get("/paper.html")
    place.clock.advance(days=3)
    place.use_plan(thinner(old).snapshot())
    use(place, place.plan)
    daily.look_and_keep(place.inst)
    with place.inst.journal.read() as session:
        (found,) = [f for f in readiness.latest(session).findings if f.code == "offline-copy-old"]
    assert found.where == "SV-2"
    assert f"is of version {old.version}, current is {place.plan.version}" in found.what
    page = Holder(place, "SV-2").get("/readiness").text
    assert f"{old.version}, old" in page
    assert "3 days ago" in page
    assert "supervisor SV-1" not in page, "of other projects"
    Holder(place, "SV-2").get("/paper.html")
    assert f"{place.plan.version}, current" in Holder(place, "SV-2").get("/readiness").text
    daily.look_and_keep(place.inst)
    with place.inst.journal.read() as session:
        codes = [f.code for f in readiness.latest(session).findings]
    assert "offline-copy-old" not in codes
    assert "offline-copy-none" in codes


def test_the_page_never_works_out_the_hours(place: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    daily.look_and_keep(place.inst)

    def worked_out(*_: object) -> None:
        raise AssertionError("a request worked out a month of hours")

    monkeypatch.setattr("kitart.rules.readiness.outlook.Model.__init__", worked_out)
    assert Holder(place, "ERT-5").get("/readiness").status_code == 200
