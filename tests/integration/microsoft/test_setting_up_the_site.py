"""``kitart sharepoint init`` against the stand-in tenant: made once, left as it is, never more."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from kitart.cli import app
from kitart.connectors.microsoft import sign_in as sign_in_module
from kitart.reports import filed
from kitart.settings import MicrosoftSettings
from kitart.settings import settings as settings_of_house
from sandbox.faults import Faults
from sandbox.microsoft import TenantState

pytestmark = pytest.mark.covers("D18", "E42")

WANTED = {column.name for column in filed.REGISTER}


@pytest.fixture
def empty(state: TenantState) -> TenantState:
    """A site on which nobody has made anything, and the application may make lists."""
    state.lists.clear()
    state.site_role = "manage"
    return state


@pytest.fixture
def init(settings: MicrosoftSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    names = ("tenant", "client_id", "authority", "graph_url", "ca_file", "site_host", "site_path")
    for name in names:
        monkeypatch.setenv(f"KITART_MICROSOFT__{name.upper()}", str(getattr(settings, name)))
    monkeypatch.setenv("KITART_MICROSOFT__CLIENT_SECRET", settings.client_secret.get_secret_value())
    monkeypatch.setenv("KITART_DATA_DIR", str(tmp_path / "data"))

    def run(*words: str) -> Result:
        settings_of_house.cache_clear()
        return CliRunner().invoke(app, ["sharepoint", "init", *words], env={"COLUMNS": "200"})

    yield run
    settings_of_house.cache_clear()


def states(done: Result) -> dict[tuple[str, str], str]:
    return {(each["place"], each["name"]): each["state"] for each in json.loads(done.stdout)}


def test_an_empty_site_gets_lists_columns_and_folder(empty: TenantState, init) -> None:
    done = init("--json")
    assert done.exit_code == 0, done.output
    assert set(empty.lists) == {"Incidents", "KitartProbe"}
    kinds = empty.lists["Incidents"].columns
    assert set(kinds or {}) == WANTED
    assert (kinds or {})["ReportedAt"] == "dateTime"
    assert set(empty.library.columns or {}) == {column.name for column in filed.LIBRARY}
    assert empty.folders == {"incidents"}
    found = states(done)
    assert found[("Documents", "")] == "there"
    assert {state for part, state in found.items() if part != ("Documents", "")} == {"made"}


def test_run_again_it_changes_nothing_and_says_so(empty: TenantState, init) -> None:
    init()
    before = [call for call in empty.exchanges if call.method != "GET"]
    done = init()
    assert done.exit_code == 0
    assert "Nothing to do: all is there." in done.output
    assert [call for call in empty.exchanges if call.method != "GET"] == before


def test_a_missing_column_is_added_and_what_stands_in_the_list_stays(
    empty: TenantState, init
) -> None:
    init()
    register = empty.lists["Incidents"]
    assert register.columns is not None
    del register.columns["PlanHash"]
    row = register.add({"Title": "INC-0001"})
    found = states(init("--json"))
    assert [part for part, state in found.items() if state == "made"] == [("Incidents", "PlanHash")]
    assert register.rows == {row.id: row}


def test_a_register_made_by_hand_with_columns_of_text_is_left_as_it_is(
    empty: TenantState, init
) -> None:
    init()
    by_hand = dict.fromkeys(WANTED, "text")
    empty.lists["Incidents"].columns = dict(by_hand)
    assert init("--check").exit_code == 0
    assert empty.lists["Incidents"].columns == by_hand


def test_a_column_of_another_kind_is_named_and_left(empty: TenantState, init) -> None:
    init()
    assert empty.library.columns is not None
    empty.library.columns["KitartVersion"] = "text"
    done = init()
    assert done.exit_code == 1
    assert "Documents KitartVersion: it is text, right would be number" in done.output
    assert empty.library.columns["KitartVersion"] == "text"


def test_looking_makes_nothing(empty: TenantState, init) -> None:
    done = init("--check", "--json")
    assert done.exit_code == 1
    assert set(states(done).values()) == {"missing", "there"}
    assert not empty.lists
    assert not empty.folders
    assert {call.method for call in empty.exchanges} == {"GET"}


def test_with_write_alone_the_refusal_says_what_to_grant_and_to_take_back(
    empty: TenantState, init
) -> None:
    empty.site_role = "write"
    done = init()
    assert done.exit_code == 1
    assert not empty.lists
    for words in ("--sign-in", f"/sites/{empty.site_id}/permissions/", '{"roles": ["manage"]}',
                  "afterwards the same with \"write\"", "docs/connect.md"):  # fmt: skip
        assert words in done.output
    assert done.output.count("not allowed (403)") == 1
    # The folder needs no more than the application has.
    assert empty.folders == {"incidents"}


def test_a_site_that_can_not_be_read_is_said_in_one_line(empty: TenantState, init) -> None:
    empty.site_role = ""
    done = init()
    assert done.exit_code == 1
    assert done.output.startswith("SharePoint: ")
    assert "403" in done.output


def test_a_person_signs_in_and_the_application_keeps_write(empty: TenantState, init) -> None:
    empty.site_role = "write"
    done = init("--sign-in")
    assert done.exit_code == 0, done.output
    assert "enter the code KITART42" in done.stderr
    assert set(empty.lists) == {"Incidents", "KitartProbe"}
    assert empty.tokens_issued == 1  # the person's alone


def test_a_person_may_do_no_more_than_they_may_themselves(empty: TenantState, init) -> None:
    empty.person_role = "read"
    done = init("--sign-in")
    assert done.exit_code == 1
    assert not empty.lists


@pytest.mark.parametrize(
    ("error", "says"),
    [
        ("authorization_declined", "the sign-in was declined"),
        ("expired_token", "the code has ended: begin again"),
        ("invalid_grant", "Entra refuses the sign-in: AADSTS70018"),
    ],
)
def test_a_sign_in_that_does_not_come_about_is_said(
    empty: TenantState, init, error: str, says: str
) -> None:
    empty.person_refuses = error
    done = init("--sign-in")
    assert done.exit_code == 1
    assert says in done.output


def test_a_person_who_never_signs_in_is_not_waited_for_longer_than_said(
    empty: TenantState, init, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in_module, "WAIT_S", 0)
    empty.person_pending = 1000
    done = init("--sign-in")
    assert done.exit_code == 1
    assert "nobody signed in with the code in time" in done.output


def test_a_registration_that_takes_no_codes_is_named(empty: TenantState, init) -> None:
    empty.public_client = False
    done = init("--sign-in")
    assert done.exit_code == 1
    assert "allow public client flows" in done.output


def test_entra_away_is_said_for_a_sign_in_too(init, faults: Faults) -> None:
    faults.set("*/devicecode", "reset")
    done = init("--sign-in")
    assert done.exit_code == 1
    assert "SharePoint: Entra" in done.output


def test_another_registration_without_a_sign_in_is_refused(init) -> None:
    done = init("--client-id", "x")
    assert done.exit_code == 2
    assert "--sign-in" in done.output
