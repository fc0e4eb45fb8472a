"""The register: one row a number, and nobody's change is lost silently."""

from __future__ import annotations

import threading

import pytest

from kitart.connectors.errors import ConnectorError
from kitart.connectors.http import Unreachable
from kitart.connectors.microsoft import MicrosoftTenant, RowRef
from kitart.connectors.microsoft.sharepoint import TRIES_ON_CONFLICT
from kitart.settings import MicrosoftSettings
from sandbox.faults import Faults
from sandbox.microsoft import TenantState
from sandbox.microsoft.state import Row, SharePointList

pytestmark = pytest.mark.covers("E42")


@pytest.fixture
def register(state: TenantState) -> SharePointList:
    return state.lists[state.register_list]


def only_row(register: SharePointList) -> Row:
    assert len(register.rows) == 1
    return next(iter(register.rows.values()))


def test_a_row_is_created_then_changed(tenant: MicrosoftTenant, register: SharePointList) -> None:
    first = tenant.upsert_register_row("INC-0001", {"Status": "open", "Level": 1}, None)
    second = tenant.upsert_register_row("INC-0001", {"Status": "closed", "Level": None}, first)
    assert first.created
    assert not second.created
    assert second.item_id == first.item_id
    row = only_row(register)
    assert row.fields == {"Title": "INC-0001", "Status": "closed", "Level": None}
    assert (row.version, second.etag, second.note) == (2, row.etag, "")


def test_without_a_known_row_it_is_found_by_its_number(
    tenant: MicrosoftTenant, register: SharePointList
) -> None:
    tenant.upsert_register_row("INC-0001", {"Status": "open"}, None)
    again = tenant.upsert_register_row("INC-0001", {"Status": "closed"}, None)
    assert not again.created
    assert only_row(register).fields["Status"] == "closed"


def test_numbers_that_look_alike_get_a_row_each(
    tenant: MicrosoftTenant, register: SharePointList
) -> None:
    for number in ("INC-1", "INC-11", "INC-'1'", "INC-1 or 1 eq 1"):
        tenant.upsert_register_row(number, {}, None)
        tenant.upsert_register_row(number, {}, None)
    titles = [row.fields["Title"] for row in register.rows.values()]
    assert titles == ["INC-1", "INC-11", "INC-'1'", "INC-1 or 1 eq 1"]


def test_a_change_by_somebody_else_is_read_again_and_told(
    tenant: MicrosoftTenant, register: SharePointList
) -> None:
    known = tenant.upsert_register_row("INC-0001", {"Status": "open"}, None)
    register.change(only_row(register), {"Status": "closed by hand", "Comment": "mine"})
    written = tenant.upsert_register_row("INC-0001", {"Status": "open"}, known)
    assert "Status was 'closed by hand'" in written.note
    assert only_row(register).fields["Status"] == "open"
    assert only_row(register).fields["Comment"] == "mine"
    assert written.etag == only_row(register).etag


def test_a_row_that_changes_all_the_time_is_given_up(
    tenant: MicrosoftTenant, faults: Faults
) -> None:
    known = tenant.upsert_register_row("INC-0001", {}, None)
    rule = faults.set("PATCH *", "status", status=412)
    with pytest.raises(ConnectorError, match="changed by somebody else all the time") as error:
        tenant.upsert_register_row("INC-0001", {}, known)
    assert not error.value.permanent
    assert rule.used == TRIES_ON_CONFLICT


def test_a_row_deleted_by_hand_is_made_anew_and_told(
    tenant: MicrosoftTenant, register: SharePointList
) -> None:
    known = tenant.upsert_register_row("INC-0001", {}, None)
    register.rows.clear()
    written = tenant.upsert_register_row("INC-0001", {}, known)
    assert written.created
    assert "deleted" in written.note


def test_a_repeat_after_a_lost_answer_finds_the_row(
    tenant: MicrosoftTenant, register: SharePointList, faults: Faults
) -> None:
    faults.set("POST */items", "lost_answer", times=1)
    with pytest.raises(Unreachable):
        tenant.upsert_register_row("INC-0001", {"Status": "open"}, None)
    tenant.upsert_register_row("INC-0001", {"Status": "open"}, None)
    assert only_row(register).fields["Title"] == "INC-0001"


def test_ten_threads_make_one_row(tenant: MicrosoftTenant, register: SharePointList) -> None:
    rows: list[RowRef] = []
    threads = [
        threading.Thread(
            target=lambda: rows.append(tenant.upsert_register_row("INC-0001", {}, None))
        )
        for _ in range(10)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [row.note for row in rows] == [""] * 10
    assert sum(row.created for row in rows) == 1
    only_row(register)


def test_two_rows_of_one_number_are_told_and_the_older_is_written(
    tenant: MicrosoftTenant, register: SharePointList
) -> None:
    for _ in range(10):
        register.add({"Title": "other"})
    register.add({"Title": "INC-0001"})
    register.add({"Title": "INC-0001"})
    written = tenant.upsert_register_row("INC-0001", {"Status": "open"}, None)
    assert written.item_id == "11"
    assert "12 to be deleted by hand" in written.note


def test_a_column_that_is_missing_is_named(
    tenant: MicrosoftTenant, register: SharePointList
) -> None:
    register.columns = {"Status": "text"}
    with pytest.raises(ConnectorError, match="Field 'Level' is not recognized") as error:
        tenant.upsert_register_row("INC-0001", {"Level": 1}, None)
    assert error.value.permanent


def test_a_missing_site_setting_is_named(settings: MicrosoftSettings) -> None:
    tenant = MicrosoftTenant(settings.model_copy(update={"site_host": ""}))
    with pytest.raises(ConnectorError, match="site_host and site_path are needed"):
        tenant.upsert_register_row("INC-0001", {}, None)


@pytest.mark.parametrize("kind", ["unavailable", "throttle", "reset", "html_unavailable"])
def test_a_sick_list_may_pass(tenant: MicrosoftTenant, faults: Faults, kind: str) -> None:
    faults.set("*/lists/*", kind)
    with pytest.raises(ConnectorError) as error:
        tenant.upsert_register_row("INC-0001", {}, None)
    assert not error.value.permanent
