"""``kitart doctor`` as a person runs it: its words and how it ends; ``kitart incident resume``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings
from typer.testing import CliRunner, Result

from kitart.cli import app
from kitart.clock import real_now
from kitart.connecting.check import Check, failed
from kitart.doctor import examining
from kitart.journal import incidents, plans, timeline
from kitart.journal.database import Journal
from kitart.journal.incidents import Report
from kitart.journal.tables import TimelineEntry
from kitart.orchestrator import OrchestratorError, PrefectOrchestrator
from kitart.settings import settings
from tests.new_journal import make_tables

pytestmark = pytest.mark.covers("D21")
HASH = "0" * 64
NOBODY = "http://127.0.0.1:1"


@pytest.fixture(autouse=True)
def _nothing_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in {
        "KITART_DATA_DIR": str(tmp_path), "KITART_GATEWAY_URL": NOBODY, "COLUMNS": "200",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    with temporary_settings({PREFECT_API_URL: f"{NOBODY}/api"}):
        yield
    settings.cache_clear()


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    made = Journal(f"sqlite:///{tmp_path / 'journal.db'}")
    make_tables(made)
    now = real_now() - timedelta(minutes=5)
    with made.write() as session:
        plans.keep(session, HASH, {"a": "plan"}, now=now)
        incidents.open_or_join(
            session,
            Report("vital systems offline", "VCC", "VCC offline", now, now, "monitor", "P1", HASH),
            now=now, real_now=now,
        )  # fmt: skip
    yield made
    made.close()


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


# --- doctor ------------------------------------------------------------------------------------


def test_where_nothing_runs_it_says_so_worst_first_and_ends_with_1(tmp_path: Path) -> None:
    done = run("doctor")
    assert done.exit_code == 1
    said = done.output
    assert "things are wrong." in said.splitlines()[0]
    # Lines are wrapped, and where depends on how long the folder's name is.
    assert f"There is no journal at {tmp_path / 'journal.db'}" in " ".join(said.split())
    assert f"The gateway at {NOBODY}: " in said
    assert f"Prefect at {NOBODY}/api does not answer" in said
    assert "do     kitart prefect-server" in said
    assert said.index("Mend at once") < said.index("Prefect at")
    assert list(tmp_path.iterdir()) == [], "it makes nothing, no journal either"


def test_as_json_each_finding_has_the_same_fields(journal: Journal) -> None:
    done = run("doctor", "--json")
    assert done.exit_code == 1
    found = json.loads(done.output)
    assert (found["looked"], found["wrong"] >= 3) == (True, True)
    fields = {"code", "weight", "what", "since", "for_s", "means", "do"}
    assert all(set(each) == fields for each in found["findings"])
    codes = [each["code"] for each in found["findings"]]
    assert {"gateway.not-ready", "prefect.away", "incident.undriven", "watch.never"} <= set(codes)
    weights = [each["weight"] for each in found["findings"]]
    assert weights == sorted(weights, key=["stops", "hinders", "note"].index)


def test_an_incident_that_nobody_drives_comes_with_the_command_to_type(journal: Journal) -> None:
    said = run("doctor").output
    assert "INC-0001: nobody drives it. No run was asked for: is a gateway running?" in said
    assert "5 min)" in said
    assert "kitart incident resume INC-0001" in said


def test_it_changes_nothing_in_the_journal(journal: Journal) -> None:
    def rows() -> tuple[int, str]:
        with journal.read() as session:
            one = incidents.get(session, "INC-0001")
            return session.query(TimelineEntry).count(), one.head_hash

    before, watch = rows(), journal.watch()
    watch.changed()
    run("doctor")
    assert rows() == before
    assert not watch.changed()
    watch.close()


def test_with_settings_that_are_wrong_it_can_not_look_and_ends_with_2(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KITART_MODE", "play")
    done = run("doctor")
    assert (done.exit_code, "The settings are wrong" in done.output) == (2, True)


def test_where_no_look_can_be_made_it_ends_with_2(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_self: object) -> list[Check]:
        return [Check("journal", "opens", lambda: failed("the machine has no threads left", ""))]

    monkeypatch.setattr(examining._Round, "checks", broken)
    done = run("doctor")
    assert done.exit_code == 2
    assert "nothing could be looked at" in done.output
    assert "Could not be looked at: journal, opens (the machine has no threads left)" in done.output


def test_a_look_that_breaks_or_hangs_hides_no_other(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(_journal: Journal) -> None:
        raise MemoryError

    monkeypatch.setattr("kitart.journal.usable.writing", breaks)
    said = run("doctor").output
    assert "Could not be looked at: journal, writes" in said
    assert "INC-0001: nobody drives it" in said
    assert "Prefect at" in said


def test_a_password_in_an_address_is_never_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KITART_DATABASE_URL", "postgresql://kitart:verysecret@127.0.0.1:1/kitart")
    said = run("doctor").output
    assert "The journal at 127.0.0.1:1/kitart can't be used" in said
    assert "verysecret" not in said


# --- resume ------------------------------------------------------------------------------------


class Asked:
    """Takes the place of Prefect: notes what is asked for; "away" it refuses."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, int]] = []
        self.away = False

    def start(self, incident: incidents.Incident, request: int) -> str:
        self.requests.append((incident.number, request))
        if self.away:
            raise OrchestratorError("Prefect did not take a run: connection refused")
        return f"r-{request}"


@pytest.fixture
def prefect(monkeypatch: pytest.MonkeyPatch) -> Asked:
    made = Asked()
    monkeypatch.setattr(
        PrefectOrchestrator, "start", lambda _self, incident, request: made.start(incident, request)
    )
    return made


def entries(journal: Journal) -> list[TimelineEntry]:
    with journal.read() as session:
        return timeline.entries(session, "INC-0001", "run asked for")


def the_incident(journal: Journal) -> incidents.Incident:
    with journal.read() as session:
        return incidents.get(session, "INC-0001")


def test_a_run_is_asked_for_at_once_whatever_was_asked_before(
    journal: Journal, prefect: Asked
) -> None:
    for number in (1, 2):
        done = run("incident", "resume", "inc-0001", "--by", "IT-MGR")
        assert done.exit_code == 0, done.output
        assert f"INC-0001: run r-{number} was asked for" in done.output
        assert "kitart doctor" in done.output
    assert prefect.requests == [("INC-0001", 1), ("INC-0001", 2)]
    assert the_incident(journal).requested_run == "r-2"
    said = entries(journal)
    assert [(e.author, e.source, e.data["run"]) for e in said] == [
        ("IT-MGR", "person", "r-1"), ("IT-MGR", "person", "r-2"),
    ]  # fmt: skip


def test_while_a_run_drives_no_other_is_asked_for_and_it_is_named(
    journal: Journal, prefect: Asked
) -> None:
    with journal.write() as session:
        incidents.take_lease(session, "INC-0001", "r-9", real_now=real_now())
        timeline.append(session, "INC-0001", "run began", "It began", now=real_now())
    done = run("incident", "resume", "INC-0001")
    assert (done.exit_code, prefect.requests) == (0, [])
    assert "INC-0001: run r-9 drives it since 20" in done.output
    assert entries(journal) == []


def test_where_nothing_is_left_to_do_it_says_since_when(journal: Journal, prefect: Asked) -> None:
    with journal.write() as session:
        incidents.settle(session, "INC-0001", now=real_now())
    done = run("incident", "resume", "INC-0001", "--json")
    assert (done.exit_code, prefect.requests) == (0, [])
    found = json.loads(done.output)
    assert (found["became"], found["since"] is not None) == ("settled", True)


def test_while_prefect_is_away_it_says_what_to_do_and_the_request_is_taken_back(
    journal: Journal, prefect: Asked
) -> None:
    prefect.away = True
    done = run("incident", "resume", "INC-0001", "--by", "IT-MGR")
    assert done.exit_code == 1
    for words in ("no run comes", "connection refused", "kitart prefect-server", "paper plan"):
        assert words in done.output
    assert the_incident(journal).runs_requested == 0
    assert [e.author for e in entries(journal)] == ["IT-MGR"]
    prefect.away = False
    assert run("incident", "resume", "INC-0001").exit_code == 0
    assert prefect.requests == [("INC-0001", 1)] * 2, "one key, so never two runs"


def test_a_number_that_is_none_is_refused_with_those_that_are(
    journal: Journal, prefect: Asked
) -> None:
    done = run("incident", "resume", "INC-0999")
    assert done.exit_code == 2
    assert "INCIDENT is 'INC-0999'; right would be one of INC-0001" in done.output
    assert run("incident", "resume", "INC-0001", "--by", " ").exit_code == 2
