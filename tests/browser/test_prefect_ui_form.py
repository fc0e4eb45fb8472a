"""A plan started by hand from the Prefect UI's own run form, on a whole stack of processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import TimeoutError as TooSlow

from kitart.clock import monotonic_s, sleep_s
from kitart.journal import incidents, timeline
from kitart.journal.database import Journal
from kitart.plan.loading import load_plan
from kitart.settings import HOUSE
from sandbox.stack import Stack, Wishes

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]

SEEN = "No calls reach the agents; the wallboard is empty"
ASKED = {"en": "Can you take {number}?", "hu": "Riasztás: {number}. Vállalja?"}
TIMES_PRESSED = 12
PATIENCE_S = 60.0  # how long a busy server may take says nothing of what is shown here


@pytest.fixture(scope="module")
def stack(
    database_url: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("stack") / "run"
    notes: list[str] = []
    with Stack(
        Wishes(folder, gateway_port=0, prefect_port=0, database_url=database_url()), notes.append
    ) as running:
        yield running


@pytest.fixture
def prefect_ui(chromium: Browser, stack: Stack) -> Iterator[Page]:
    """A browser that reaches this stack's Prefect and nothing else: the UI must need no more."""
    context = chromium.new_context(viewport={"width": 1280, "height": 1100})
    outside: list[str] = []

    def decide(route: Any) -> None:
        if route.request.url.startswith((stack.prefect_url, "data:", "blob:")):
            route.continue_()
        else:
            outside.append(route.request.url)
            route.abort()

    context.route("**/*", decide)
    yield context.new_page()
    context.close()
    assert outside == [], "the Prefect UI asked for something from outside"


def eventually(what: Callable[[], Any], why: str, limit_s: float = 60) -> Any:
    until = monotonic_s() + limit_s
    while monotonic_s() < until:
        if found := what():
            return found
        sleep_s(0.1)
    raise AssertionError(f"never came: {why}")


def submit(page: Page) -> None:
    """Press Submit, and again when the server was busy: on SQLite it refuses a few of a hundred
    requests, and the UI says "Something went wrong" and keeps the form."""
    for _ in range(TIMES_PRESSED):
        page.get_by_role("button", name="Submit", exact=True).click()
        try:
            page.wait_for_url(lambda url: "/run?" not in url, timeout=4_000)
        except TooSlow:
            continue
        return
    raise AssertionError("the form was not taken")


def open_form(page: Page, stack: Stack) -> None:
    # By its own address: the list shows ten at a time, and there are more.
    known = requests.get(
        f"{stack.prefect_url}/api/deployments/name/critical-system-offline/system-outage",
        timeout=PATIENCE_S,
    ).json()
    page.goto(f"{stack.prefect_url}/deployments/deployment/{known['id']}")
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_text("Custom run").click()
    expect(page.get_by_text("System that fails")).to_be_visible(timeout=PATIENCE_S * 1000)


@pytest.mark.covers("R8", "R11")
def test_a_plan_started_from_the_run_form_opens_an_incident_and_pages_the_ert(
    stack: Stack, prefect_ui: Page, tmp_path: Path
) -> None:
    open_form(prefect_ui, stack)
    for words in (
        "Its code, as in the plan, like VCC, SHAREPOINT, CLIENT-CRM-2",
        "What is seen",
        "Since when",
        "The role of the person who reports it, never a name",
    ):
        expect(prefect_ui.get_by_text(words).first).to_be_visible()
    # The form's labels are tied to no field; its text areas stand in the model's order.
    system, seen, reported_by = (prefect_ui.locator("textarea").nth(n) for n in range(3))
    expect(system).to_have_value("")  # nothing is pre-filled: no incident by one careless click
    expect(reported_by).to_have_value("operator")
    system.fill("VCC")
    seen.fill(SEEN)
    prefect_ui.screenshot(path=tmp_path / "form.png", full_page=True)
    submit(prefect_ui)

    journal = Journal(stack.journal_url)

    def opened() -> list[Any]:
        with journal.read() as session:
            return incidents.unsettled(session)

    incident = eventually(opened, "the incident")[0]
    sms = eventually(
        lambda: requests.get(f"{stack.world['sms']}/sandbox/sms", timeout=PATIENCE_S).json(),
        "the first SMS",
    )
    with journal.read() as session:
        said = [entry.text for entry in timeline.entries(session, incident.number)]
    journal.close()
    assert (incident.system_id, incident.reported_by) == ("VCC", "operator")
    assert f"operator: {SEEN}" in said
    first = sms[0]
    # Whoever is on duty at this hour is asked, in the own language.
    asked = {c.address: p.language for p in load_plan(HOUSE / "config").people for c in p.channels}
    assert first["body"].startswith(ASKED[asked[first["to"]]].format(number=incident.number))
    assert f"{stack.gateway_url}/a/" in first["body"]
    # The run bears the incident's number and what fails; its page shows it when loaded again.
    name = f"{incident.number} · VCC offline"
    eventually(
        lambda: [run for run in stack.prefect("/flow_runs/filter", {}) if run["name"] == name],
        "the run's own name",
    )
    prefect_ui.goto(f"{stack.prefect_url}/runs")
    expect(prefect_ui.get_by_text(name).first).to_be_visible(timeout=PATIENCE_S * 1000)
