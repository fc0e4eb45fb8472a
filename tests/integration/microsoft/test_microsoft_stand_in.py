"""The stand-in itself: as strict as the real one where it matters, readable from outside."""

from __future__ import annotations

import base64
from typing import Any

import pytest
import requests

from kitart.connectors.attachment import Attachment
from kitart.connectors.errors import ConnectorError
from kitart.connectors.http import HttpClient
from kitart.connectors.microsoft import MicrosoftTenant
from kitart.settings import MicrosoftSettings
from sandbox.faults import Faults
from sandbox.microsoft import TenantState
from sandbox.server import SandboxServer

ANY = range(200, 600)


@pytest.fixture
def outside(settings: MicrosoftSettings) -> HttpClient:
    return HttpClient(settings.graph_url, ca_file=settings.ca_file)


@pytest.fixture
def bearer(state: TenantState) -> str:
    return f"Bearer {state.issue_token()}"


def call(outside: HttpClient, bearer: str, method: str, path: str, **parts: Any) -> Any:
    return outside.request(method, path, auth_header=bearer, expected=ANY, **parts)


def test_a_wrong_an_old_and_a_missing_token_are_401(
    outside: HttpClient, state: TenantState
) -> None:
    state.token_life_s = -1
    old = f"Bearer {state.issue_token()}"
    for header in ("Bearer wrong", old, "Basic abc", None):
        answer = outside.request("GET", "/v1.0/sites/x", auth_header=header, expected=(401,))
        error = answer.json()["error"]
        assert error["code"] == "InvalidAuthenticationToken"
        assert {"date", "request-id", "client-request-id"} == set(error["innerError"])


@pytest.mark.parametrize(
    "spelling",
    [
        "/v1.0/sites/{host}:/{path}",
        "/v1.0/sites/{host}%3A%2F{path}",
        "/v1.0/sites/{host}:/{path}:",
        "/v1.0//sites/{host}:/{path}",
        "/v1.0/Sites/{host}:/{path}",
        "/v1.0/sites/{id}",
        "/v1.0/sites/{encoded_id}",
    ],
)
def test_the_site_is_found_however_clients_spell_it(
    outside: HttpClient, bearer: str, state: TenantState, spelling: str
) -> None:
    path = spelling.format(
        host=state.site_host,
        path=state.site_path,
        id=state.site_id,
        encoded_id=state.site_id.replace(",", "%2C"),
    )
    assert call(outside, bearer, "GET", path).json()["id"] == state.site_id


def test_mail_is_taken_in_other_clients_spelling(
    outside: HttpClient, bearer: str, state: TenantState
) -> None:
    message = {
        "Subject": "s",
        "Body": {"ContentType": "HTML", "Content": "c"},
        "ToRecipients": [{"EmailAddress": {"Address": "a@kitart.example"}}],
    }
    body = {"Message": message, "SaveToSentItems": "false"}
    answer = call(outside, bearer, "POST", f"/v1.0/users/{state.mailbox}/sendmail", json=body)
    assert (answer.status_code, answer.content) == (202, b"")
    assert state.mail[0].to == ("a@kitart.example",)


def test_a_batch_answers_each_call_and_not_in_order(
    outside: HttpClient, bearer: str, state: TenantState
) -> None:
    asked = [
        {"id": "1", "method": "GET", "url": f"/sites/{state.site_id}"},
        {"id": "2", "method": "GET", "url": f"/sites/{state.site_id}/lists/None"},
    ]
    answer = call(outside, bearer, "POST", "/v1.0/$batch", json={"requests": asked})
    statuses = [(one["id"], one["status"]) for one in answer.json()["responses"]]
    assert (answer.status_code, statuses) == (200, [("2", 404), ("1", 200)])


def test_a_batch_of_21_is_refused(outside: HttpClient, bearer: str) -> None:
    asked = [{"id": str(n), "method": "GET", "url": "/sites/x"} for n in range(21)]
    answer = call(outside, bearer, "POST", "/v1.0/$batch", json={"requests": asked})
    assert answer.status_code == 400


def test_a_stale_etag_is_412_and_a_current_one_is_not(
    outside: HttpClient, bearer: str, state: TenantState
) -> None:
    row = state.lists["Incidents"].add({"Title": "x"})
    path = f"/v1.0/sites/{state.site_id}/lists/Incidents/items/1/fields"
    old = {"If-Match": row.etag}
    assert call(outside, bearer, "PATCH", path, json={"A": 1}, headers=old).status_code == 200
    answer = call(outside, bearer, "PATCH", path, json={"A": 2}, headers=old)
    assert answer.status_code == 412
    assert row.fields["A"] == 1


def test_a_filter_on_a_column_without_index_needs_our_word_for_it(
    outside: HttpClient, bearer: str, state: TenantState
) -> None:
    path = f"/v1.0/sites/{state.site_id}/lists/Incidents/items"
    answer = call(outside, bearer, "GET", path, params={"$filter": "fields/Title eq 'x'"})
    assert (answer.status_code, "not indexed" in answer.text) == (400, True)


def test_long_lists_come_in_pages(
    tenant: MicrosoftTenant, state: TenantState, outside: HttpClient, bearer: str
) -> None:
    for number in range(5):
        state.lists["Incidents"].add({"Title": str(number)})
    path: str | None = f"/v1.0/sites/{state.site_id}/lists/Incidents/items?$top=2&$expand=fields"
    seen = []
    while path:
        page = call(outside, bearer, "GET", path).json()
        seen += [item["fields"]["Title"] for item in page["value"]]
        path = page.get("@odata.nextLink")
    assert seen == ["0", "1", "2", "3", "4"]


def test_our_token_never_follows_a_next_page_to_another_host(
    tenant: MicrosoftTenant, faults: Faults, state: TenantState
) -> None:
    elsewhere = {"value": [], "@odata.nextLink": "https://127.0.0.1:1/v1.0/next"}
    faults.set("GET */items", "status", status=200, body=elsewhere)
    with pytest.raises(ConnectorError, match="at another host"):
        tenant.upsert_register_row("INC-0001", {}, None)


@pytest.mark.parametrize(
    ("headers", "size", "status"),
    [
        ({"Content-Range": "bytes 0-99/1000"}, 100, 400),  # not a multiple of 327,680
        ({"Content-Range": "bytes 0-99/100"}, 99, 400),
        ({"Content-Range": "bytes 50-99/100"}, 50, 416),
        ({}, 100, 400),
        ({"Content-Range": "bytes 0-99/100", "Authorization": "Bearer x"}, 100, 401),
        ({"Content-Range": "bytes 0-99/100"}, 100, 201),
    ],
)
def test_an_upload_session_is_strict(
    outside: HttpClient,
    bearer: str,
    state: TenantState,
    headers: dict[str, str],
    size: int,
    status: int,
) -> None:
    path = f"/v1.0/sites/{state.site_id}/drive/root:/a.pdf:/createUploadSession"
    url = call(outside, bearer, "POST", path, json={}).json()["uploadUrl"]
    answer = outside.request("PUT", url, data=b"x" * size, headers=headers, expected=ANY)
    assert answer.status_code == status


def test_an_upload_session_can_be_cancelled(
    outside: HttpClient, bearer: str, state: TenantState
) -> None:
    path = f"/v1.0/sites/{state.site_id}/drive/root:/a.pdf:/createUploadSession"
    url = call(outside, bearer, "POST", path, json={}).json()["uploadUrl"]
    assert outside.request("DELETE", url, expected=ANY).status_code == 204
    assert outside.request("GET", url, expected=ANY).status_code == 404


def test_files_can_be_listed_and_read_back(
    tenant: MicrosoftTenant, outside: HttpClient, bearer: str, state: TenantState
) -> None:
    tenant.upload("reports/INC-0001/a.html", b"one", "text/html")
    root = f"/v1.0/sites/{state.site_id}/drive/root"
    top = call(outside, bearer, "GET", f"{root}/children").json()["value"]
    assert [one["name"] for one in top] == ["reports"]
    below = call(outside, bearer, "GET", f"{root}:/reports/INC-0001:/children").json()
    assert [(one["name"], one["size"]) for one in below["value"]] == [("a.html", 3)]
    sent_on = call(outside, bearer, "GET", f"{root}:/reports/INC-0001/a.html:/content")
    assert sent_on.status_code == 302
    where = sent_on.headers["Location"]
    assert outside.request("GET", where).content == b"one"
    with_token = outside.request("GET", where, auth_header=f"Bearer {bearer}", expected=ANY)
    assert with_token.status_code == 401


def test_another_process_can_judge_what_happened(
    tenant: MicrosoftTenant, outside: HttpClient
) -> None:
    tenant.upsert_register_row("INC-0001", {"Status": "open"}, None)
    tenant.upload("reports/a b.html", b"one", "text/html")
    tenant.send_mail(["a@kitart.example"], "s", "<p>x</p>", "x", message_key="k")
    rows = outside.request("GET", "/sandbox/list/Incidents").json()["rows"]
    assert rows[0]["fields"] == {"Title": "INC-0001", "Status": "open"}
    files = outside.request("GET", "/sandbox/files").json()["files"]
    assert [(one["path"], one["size"]) for one in files] == [("reports/a b.html", 3)]
    assert outside.request("GET", "/sandbox/files/reports/a%20b.html").content == b"one"
    mail = outside.request("GET", "/sandbox/mail").json()["mail"]
    assert (mail[0]["to"], mail[0]["content"]) == (["a@kitart.example"], "<p>x</p>")
    assert mail[0]["headers"] == {"x-kitart-key": "k"}


def test_another_process_can_judge_what_came_with_a_mail(
    tenant: MicrosoftTenant, outside: HttpClient
) -> None:
    pdf = Attachment("a.pdf", b"%PDF\x00\xff", "application/pdf")
    tenant.send_mail(["a@kitart.example"], "s", "h", "x", message_key="k", attachments=[pdf])
    (mail,) = outside.request("GET", "/sandbox/mail").json()["mail"]
    (one,) = mail["attachments"]
    assert (one["name"], one["content_type"], one["size"]) == ("a.pdf", "application/pdf", 6)
    assert base64.b64decode(one["content"]) == pdf.content


@pytest.mark.parametrize(
    "attachment",
    [
        {"name": "a.pdf", "contentBytes": "QQ=="},
        {"@odata.type": "#microsoft.graph.fileAttachment", "contentBytes": "QQ=="},
        {"@odata.type": "#microsoft.graph.fileAttachment", "name": "a", "contentBytes": "Q!"},
    ],
)
def test_an_attachment_that_graph_would_not_take_is_refused(
    outside: HttpClient, bearer: str, state: TenantState, attachment: dict[str, str]
) -> None:
    to = [{"emailAddress": {"address": "a@kitart.example"}}]
    body = {"message": {"subject": "s", "toRecipients": to, "attachments": [attachment]}}
    path = f"/v1.0/users/{state.mailbox}/sendMail"
    assert call(outside, bearer, "POST", path, json=body).status_code == 400
    assert state.mail == []


def test_another_process_can_set_faults_and_health(
    tenant: MicrosoftTenant, outside: HttpClient
) -> None:
    rule = {"pattern": "POST */items", "kind": "status", "status": 500}
    outside.request("PUT", "/sandbox/faults", json=rule)
    assert tenant.probe().state == "down"
    assert outside.request("GET", "/sandbox/faults").json()["rules"][0]["used"] == 1
    outside.request("PUT", "/sandbox/faults", json={"rules": []})
    assert tenant.probe().state == "up"
    outside.request("PUT", "/sandbox/health", json={"status": "serviceInterruption"})
    assert tenant.announced_health().state == "down"


@pytest.mark.parametrize("body", [{"pattern": "*", "kind": "gremlins"}, {"kind": "reset"}])
def test_a_wrong_fault_is_refused_with_what_would_be_right(
    outside: HttpClient, body: dict[str, str]
) -> None:
    answer = outside.request("PUT", "/sandbox/faults", json=body, expected=(422,))
    assert "pattern and kind are needed" in answer.text


def test_all_faults_at_once_leave_the_judges_window_open(
    outside: HttpClient, faults: Faults
) -> None:
    faults.set("*", "reset")
    assert outside.request("GET", "/sandbox/mail").json() == {"mail": []}


def test_a_newer_fault_counts_before_an_older_and_clearing_ends_all(
    outside: HttpClient, faults: Faults
) -> None:
    faults.set("*", "status", status=500)
    faults.set("/v1.0/*", "status", status=418)
    assert outside.request("GET", "/v1.0/x", expected=ANY).status_code == 418
    assert outside.request("GET", "/other", expected=ANY).status_code == 500
    faults.clear()
    assert outside.request("GET", "/v1.0/x", expected=ANY).status_code == 401


def test_it_speaks_tls_only_and_on_loopback_only(server: SandboxServer, state: TenantState) -> None:
    with pytest.raises(requests.ConnectionError):
        requests.get(server.url.replace("https", "http"), timeout=5)
    for host in ("0.0.0.0", "192.0.2.1", "example.org", ""):
        with pytest.raises(ValueError, match="loopback only"):
            SandboxServer(object(), host=host)
