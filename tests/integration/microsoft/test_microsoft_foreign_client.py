"""A client written by others works against the stand-in as it would against Microsoft."""

from __future__ import annotations

from typing import Any

import pytest
from msal import ConfidentialClientApplication
from O365 import Account
from O365.connection import MSGraphProtocol
from O365.utils.token import MemoryTokenBackend

from sandbox.microsoft import TenantState
from sandbox.server import SandboxServer
from sandbox.tls import Certificate


@pytest.fixture
def account(
    state: TenantState,
    server: SandboxServer,
    certificate: Certificate,
    monkeypatch: pytest.MonkeyPatch,
) -> Any:
    """An ``O365`` account pointed at the stand-in and signed on there."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate.ca_file))
    monkeypatch.setattr(MSGraphProtocol, "_protocol_url", f"{server.url}/")
    account = Account(
        (state.client_id, state.client_secret),
        auth_flow_type="credentials",
        tenant_id=state.tenant,
        main_resource=state.mailbox,
        token_backend=MemoryTokenBackend(),
        protocol=MSGraphProtocol(),
        timeout=10,
    )
    connection = account.con
    # Its own application would ask Microsoft about an authority that it does not know.
    connection._msal_client = ConfidentialClientApplication(
        state.client_id,
        client_credential=state.client_secret,
        authority=f"{server.url}/{state.tenant}",
        token_cache=connection.token_backend,
        instance_discovery=False,
        timeout=10,
    )
    assert account.authenticate(requested_scopes=["https://graph.microsoft.com/.default"])
    return account


def test_it_sends_mail(account: Any, state: TenantState) -> None:
    message = account.new_message()
    message.to.add("ert-1@kitart.example")
    message.cc.add("cmt-1@kitart.example")
    message.subject = "From another client"
    message.body = "<p>Hello</p>"
    assert message.send(save_to_sent_folder=False)
    mail = state.mail[0]
    assert (mail.to, mail.cc) == (("ert-1@kitart.example",), ("cmt-1@kitart.example",))
    assert (mail.subject, mail.content_type) == ("From another client", "html")
    assert "<p>Hello</p>" in mail.content


def test_it_reads_the_site_by_path_and_by_id(account: Any, state: TenantState) -> None:
    site = account.sharepoint().get_site(state.site_host, state.site_path)
    assert site.object_id == state.site_id
    again = account.sharepoint().get_site(state.site_id)
    assert again.web_url == state.site_url


def test_it_reads_and_writes_list_items(account: Any, state: TenantState) -> None:
    register = state.lists[state.register_list]
    register.add({"Title": "INC-0001", "Status": "open"})
    site = account.sharepoint().get_site(state.site_host, state.site_path)
    found = site.get_list_by_name(state.register_list)
    assert [one.name for one in site.get_lists()] == list(state.lists)
    items = list(found.get_items(expand_fields=True))
    assert [item.fields["Title"] for item in items] == ["INC-0001"]
    chosen = list(found.get_items(expand_fields=["Status"]))
    assert "Title" not in chosen[0].fields
    item = found.get_item_by_id(1)
    item.update_fields({"Status": "closed"})
    assert item.save_updates()
    made = found.create_list_item({"Title": "INC-0002"})
    assert [row.fields["Title"] for row in register.rows.values()] == ["INC-0001", "INC-0002"]
    assert register.rows["1"].fields["Status"] == "closed"
    assert made.delete()
    assert list(register.rows) == ["1"]
