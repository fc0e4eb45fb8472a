"""What is said of the Microsoft tenant: sign-on, permissions, site, list, mail, announcements."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from sandbox.tls import issue_certificate

TOKEN = "POST */oauth2/v2.0/token"


def refusal(code: int, text: str) -> dict[str, Any]:
    return {
        "error": "invalid_client",
        "error_description": f"AADSTS{code}: {text} Trace ID: 1",
        "error_codes": [code],
    }


def states(lines) -> dict[str, str]:
    return {line.name: line.state for line in lines}


def test_a_tenant_set_up_as_described_is_well_and_nothing_is_left_or_sent(place) -> None:
    lines = place.check("microsoft")
    assert {line.state for line in lines} == {"ok"}, lines
    assert place.world.tenant.lists["KitartProbe"].rows == {}
    assert place.world.tenant.mail == []
    said = {line.name: line.seen for line in lines}
    assert said["permissions"] == "only what is needed: ServiceHealth.Read.All, Sites.Selected"
    assert said["write"] == "wrote a row 'probe' to the list KitartProbe and deleted it"
    assert "Shared%20Documents" in said["library"]


def test_what_is_not_set_is_named_and_the_rest_is_not_tried(place) -> None:
    place.set("microsoft", tenant="", client_secret=SecretStr(""))
    sign_on, *rest = place.check("microsoft")
    assert sign_on.state == "missing"
    assert "KITART_MICROSOFT__TENANT, KITART_MICROSOFT__CLIENT_SECRET" in sign_on.seen
    assert {line.state for line in rest} == {"skipped"}
    assert rest[0].seen == "not tried: it needs microsoft: sign-on"
    assert place.world.tenant.exchanges == []


def test_a_wrong_tenant(place) -> None:
    place.set("microsoft", tenant="other.example")
    line = place.one("microsoft/sign-on")
    assert line.state == "failed"
    assert "tenant 'other.example' not found" in line.seen
    assert "KITART_MICROSOFT__TENANT" in line.todo


def test_a_wrong_application(place) -> None:
    place.set("microsoft", client_id="99999999-2222-4333-8444-555555555555")
    line = place.one("microsoft/sign-on")
    assert "application not known in this tenant" in line.seen
    assert "KITART_MICROSOFT__CLIENT_ID" in line.todo


def test_a_wrong_secret_is_named_and_never_shown(place) -> None:
    place.set("microsoft", client_secret=SecretStr("kitart-sandbox"))
    line = place.one("microsoft/sign-on")
    assert line.state == "failed"
    assert "client secret refused" in line.seen
    assert "KITART_MICROSOFT__CLIENT_SECRET" in line.todo
    assert "kitart-sandbox" not in line.seen + line.todo


def test_an_expired_secret(place) -> None:
    place.world.tenant_faults.set(TOKEN, "status", status=401, body=refusal(7000222, "Expired."))
    line = place.one("microsoft/sign-on")
    assert line.state == "failed"
    assert "client secret has expired" in line.seen
    assert "new client secret in Entra" in line.todo


@pytest.mark.parametrize("kind", ["throttle", "unavailable"])
def test_a_sign_on_that_asks_to_wait_is_no_fault_of_the_settings(place, kind) -> None:
    place.world.tenant_faults.set(TOKEN, kind, retry_after=30)
    line = place.one("microsoft/sign-on")
    assert line.state == "failed"
    assert "Entra" in line.seen
    assert "wait" in line.todo


def test_no_network_to_the_sign_on(place) -> None:
    place.set("microsoft", authority="https://127.0.0.1:1")
    line = place.one("microsoft/sign-on")
    assert line.state == "failed"
    assert line.seen.startswith("the network: ")
    assert "connection refused" in line.seen
    assert "HTTPS" in line.todo


def test_a_certificate_that_is_not_trusted(place, tmp_path: Path) -> None:
    place.set("microsoft", ca_file=issue_certificate(tmp_path / "other").ca_file)
    line = place.one("microsoft/sign-on")
    assert "TLS failed" in line.seen
    assert "KITART_MICROSOFT__CA_FILE" in line.todo


def test_permissions_that_lack(place) -> None:
    place.world.tenant.roles = ("Sites.Selected",)
    lines = {line.name: line for line in place.check("microsoft")}
    assert lines["permissions"].state == "missing"
    assert "lacks ServiceHealth.Read.All" in lines["permissions"].seen
    assert lines["service health"].state == "missing"
    assert "ServiceHealth.Read.All" in lines["service health"].todo
    assert lines["write"].state == "ok"


@pytest.mark.parametrize(
    "wide", ["Sites.ReadWrite.All", "Sites.FullControl.All", "Mail.ReadWrite", "Directory.Read.All"]
)
def test_permissions_that_are_too_wide_are_named(place, wide) -> None:
    place.world.tenant.roles = ("Sites.Selected", "ServiceHealth.Read.All", wide)
    line = next(line for line in place.check("microsoft") if line.name == "permissions")
    assert line.state == "warning"
    assert line.seen == f"more than Kitart needs: {wide}"
    assert ("one site is enough" in line.todo) == wide.startswith("Sites.")


def test_all_sites_in_place_of_one_is_a_warning_and_works(place) -> None:
    place.world.tenant.roles = ("Sites.ReadWrite.All", "ServiceHealth.Read.All")
    place.world.tenant.site_role = ""
    found = states(place.check("microsoft"))
    assert found["permissions"] == "warning"
    assert found["write"] == "ok"


def test_a_token_that_shows_no_permissions_is_said(place, monkeypatch) -> None:
    monkeypatch.setattr(place.world.tenant, "issue_token", lambda: _opaque(place.world.tenant))
    found = {line.name: line for line in place.check("microsoft")}
    assert found["permissions"].state == "warning"
    assert "does not show" in found["permissions"].seen
    assert found["mail"].state == "ok"


def _opaque(tenant) -> str:
    tenant.tokens["opaque"] = 1e12
    return "opaque"


def test_a_site_that_is_not_there_or_not_named(place) -> None:
    place.set("microsoft", site_path="sites/elsewhere")
    lines = {line.name: line for line in place.check("microsoft")}
    assert lines["site"].state == "missing"
    assert "there is no site" in lines["site"].seen
    assert "KITART_MICROSOFT__SITE_PATH" in lines["site"].todo
    assert {lines[name].state for name in ("register", "library", "write")} == {"skipped"}
    assert lines["mail"].state == "ok"
    place.set("microsoft", site_host="")
    assert place.one("microsoft/site").seen == "no site is set"


def test_a_site_that_the_application_was_not_let_into(place) -> None:
    place.world.tenant.site_role = ""
    line = next(line for line in place.check("microsoft") if line.name == "site")
    assert line.state == "missing"
    assert "no access to" in line.seen
    assert "'write' on this site" in line.todo


def test_a_site_that_may_only_be_read(place) -> None:
    place.world.tenant.site_role = "read"
    lines = {line.name: line for line in place.check("microsoft")}
    assert lines["register"].state == "ok"
    assert lines["write"].state == "missing"
    assert "may read the site but not write" in lines["write"].seen
    assert "'write' on this site" in lines["write"].todo


def test_a_register_without_its_list_or_its_columns(place) -> None:
    register = place.world.tenant.lists["Incidents"]
    del register.columns["ClosedAt"], register.columns["PlanHash"]
    line = place.one("microsoft/register")
    assert line.state == "missing"
    assert line.seen == "the list Incidents lacks ClosedAt, PlanHash"
    assert "'kitart sharepoint init'" in line.todo
    place.set("microsoft", register_list="Nowhere")
    assert place.one("microsoft/register").seen == "there is no list Nowhere on the site"


def test_a_register_column_of_the_wrong_kind(place) -> None:
    body = {
        "value": [
            {"name": name, "readOnly": False, kind: {}}
            for name, kind in (
                ("Title", "text"), ("Subject", "text"), ("System", "text"), ("State", "choice"),
                ("Priority", "text"), ("ReportedAt", "number"), ("RecoveredAt", "text"),
                ("ClosedAt", "text"), ("Projects", "text"), ("PlanHash", "text"),
            )
        ]
    }  # fmt: skip
    place.world.tenant_faults.set("GET */columns", "status", status=200, body=body)
    line = place.one("microsoft/register")
    assert line.state == "failed"
    assert "State (choice), ReportedAt (number)" in line.seen


def test_a_library_without_its_columns_is_a_warning_for_documents_are_filed_all_the_same(
    place,
) -> None:
    assert "each with its 11 columns" in place.one("microsoft/library").seen
    del place.world.tenant.library.columns["KitartSHA256"]
    place.world.tenant.library.columns["KitartVersion"] = "text"
    line = place.one("microsoft/library")
    assert line.state == "warning"
    assert "without the columns KitartSHA256, KitartVersion (text)" in line.seen
    assert "'kitart sharepoint init'" in line.todo


def test_a_register_made_by_hand_with_text_in_all_columns_is_right(place) -> None:
    place.world.tenant.lists["Incidents"].columns = dict.fromkeys(
        place.world.tenant.lists["Incidents"].columns, "text"
    )
    assert place.one("microsoft/register").state == "ok"


def test_a_probe_list_that_is_missing(place) -> None:
    place.set("microsoft", probe_list="Nowhere")
    line = place.one("microsoft/write")
    assert line.state == "missing"
    assert "KITART_MICROSOFT__PROBE_LIST" in line.todo


def test_a_row_that_could_not_be_deleted_is_owned_up_to(place) -> None:
    place.world.tenant_faults.set("DELETE */items/*", "unavailable")
    line = place.one("microsoft/write")
    assert line.state == "failed"
    assert len(place.world.tenant.lists["KitartProbe"].rows) == 1
    assert "row 'probe' may be left in KitartProbe" in line.todo


def test_mail_that_is_not_allowed_or_has_no_mailbox(place) -> None:
    place.world.tenant.may_send_as.clear()
    line = place.one("microsoft/mail")
    assert line.state == "missing"
    assert "may not send as continuity@kitart.example" in line.seen
    place.set("microsoft", mailbox="nobody@kitart.example")
    assert "there is no mailbox" in place.one("microsoft/mail").seen
    place.set("microsoft", mailbox="")
    assert "KITART_MICROSOFT__MAILBOX" in place.one("microsoft/mail").todo
    assert place.world.tenant.mail == []


def test_mail_from_every_mailbox_is_warned_of_and_the_limit_can_be_proved(place) -> None:
    tenant = place.world.tenant
    tenant.mailboxes.add("ceo@kitart.example")
    tenant.roles = (*tenant.roles, "Mail.Send")
    lines = {line.name: line for line in place.check("microsoft")}
    assert lines["permissions"].state == "ok"
    assert lines["mail"].state == "warning"
    assert "holds for every mailbox" in lines["mail"].seen
    line = place.one("microsoft/mail", other_mailbox="ceo@kitart.example")
    assert line.state == "warning"
    assert "but as ceo@kitart.example too" in line.seen
    tenant.roles = tuple(role for role in tenant.roles if role != "Mail.Send")
    line = place.one("microsoft/mail", other_mailbox="ceo@kitart.example")
    assert line.state == "ok"
    assert "and not as ceo@kitart.example" in line.seen
    assert tenant.mail == []


def test_a_test_mail_goes_by_each_way_when_it_is_asked_for(place) -> None:
    lines = place.check("microsoft", "smtp", test_to="operator@kitart.example")
    assert [line.name for line in lines if line.name == "test mail"] == ["test mail"] * 2
    assert {line.state for line in lines} == {"ok"}
    assert [mail.to for mail in place.world.tenant.mail] == [("operator@kitart.example",)]
    assert [mail.to for mail in place.world.smtp.mails] == ["operator@kitart.example"]
