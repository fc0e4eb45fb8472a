"""Signing on: one app a process, plain words for each failure, the last good token kept."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest
from pydantic import SecretStr

from kitart.connectors.errors import ConnectorError
from kitart.connectors.http import HostPaused, Unreachable, host_pauses
from kitart.connectors.microsoft import CredentialsRefused, MicrosoftTenant
from kitart.connectors.microsoft.tokens import TokenSource, token_source
from kitart.settings import MicrosoftSettings
from sandbox.faults import Faults
from sandbox.microsoft import TenantState
from sandbox.tls import issue_certificate

TOKEN = "POST */oauth2/v2.0/token"
DISCOVERY = "*/openid-configuration"


def changed(settings: MicrosoftSettings, **values: object) -> MicrosoftSettings:
    return settings.model_copy(update=values)


def test_twenty_first_calls_at_once_cost_one_token(
    state: TenantState, settings: MicrosoftSettings
) -> None:
    values: list[str] = []
    threads = [
        threading.Thread(target=lambda: values.append(token_source(settings).token().value))
        for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(values) == 20
    assert len(set(values)) == 1
    assert state.tokens_issued == 1


def test_two_tenants_of_the_same_settings_share_the_token(
    state: TenantState, settings: MicrosoftSettings
) -> None:
    MicrosoftTenant(settings).probe()
    MicrosoftTenant(settings).probe()
    assert state.tokens_issued == 1


def test_building_a_tenant_asks_nothing_of_the_network(settings: MicrosoftSettings) -> None:
    MicrosoftTenant(changed(settings, authority="https://127.0.0.1:1", graph_url="nonsense"))


def test_the_roots_of_the_environment_do_not_win(
    settings: MicrosoftSettings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = issue_certificate(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(other.ca_file))
    assert TokenSource(settings).token().value
    with pytest.raises(Unreachable, match="TLS failed"):
        TokenSource(changed(settings, ca_file=other.ca_file)).token()


def test_a_dead_authority_may_pass(settings: MicrosoftSettings) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    source = TokenSource(changed(settings, authority=f"https://127.0.0.1:{port}"))
    with pytest.raises(Unreachable, match="connection refused") as error:
        source.token()
    assert not error.value.permanent


def test_a_wrong_secret_says_what_to_fix(settings: MicrosoftSettings) -> None:
    wrong = changed(settings, client_secret=SecretStr("wrong-hush"))
    with pytest.raises(CredentialsRefused, match=r"client secret refused.*AADSTS7000215") as error:
        TokenSource(wrong).token()
    assert error.value.permanent
    assert "hush" not in error.value.message


def test_a_wrong_client_says_what_to_fix(settings: MicrosoftSettings) -> None:
    with pytest.raises(CredentialsRefused, match="check client_id and tenant"):
        TokenSource(changed(settings, client_id="another")).token()


def test_a_wrong_tenant_says_what_to_fix(settings: MicrosoftSettings) -> None:
    with pytest.raises(CredentialsRefused, match="'another' not found") as error:
        TokenSource(changed(settings, tenant="another")).token()
    assert error.value.permanent


def test_an_authority_without_tls_is_refused(settings: MicrosoftSettings) -> None:
    with pytest.raises(CredentialsRefused, match="must begin with https://"):
        TokenSource(changed(settings, authority="http://127.0.0.1:1")).token()


def test_missing_settings_are_named(settings: MicrosoftSettings) -> None:
    with pytest.raises(CredentialsRefused, match="client_id"):
        TokenSource(changed(settings, client_id="")).token()


@pytest.mark.parametrize("path", [TOKEN, DISCOVERY])
@pytest.mark.parametrize("kind", ["throttle", "unavailable", "html_unavailable", "reset"])
def test_a_sick_sign_on_may_pass_and_is_well_again_later(
    settings: MicrosoftSettings, faults: Faults, path: str, kind: str
) -> None:
    faults.set(path, kind, retry_after=0)
    with pytest.raises(ConnectorError) as error:
        TokenSource(settings).token()
    assert not error.value.permanent
    faults.clear()
    assert TokenSource(settings).token().value


def test_a_throttled_sign_on_pauses_the_process(
    settings: MicrosoftSettings, faults: Faults
) -> None:
    rule = faults.set(TOKEN, "throttle", retry_after=41)
    with pytest.raises(ConnectorError) as error:
        TokenSource(settings).token()
    assert 40 < (error.value.retry_after_s or 0) <= 41
    with pytest.raises(HostPaused):
        TokenSource(settings).token()
    assert rule.used == 1


def test_a_failure_that_msal_repeats_by_itself_keeps_its_reason(
    settings: MicrosoftSettings, faults: Faults
) -> None:
    """MSAL answers for some seconds from its own store of failures, without asking."""
    rule = faults.set(TOKEN, "unavailable")
    source = TokenSource(settings)
    for _ in range(3):
        host_pauses.forget()
        with pytest.raises(ConnectorError, match="status 503") as error:
            source.token()
        assert not error.value.permanent
    assert rule.used == 1


def test_a_silent_sign_on_ends_at_the_time_limit(
    settings: MicrosoftSettings, faults: Faults
) -> None:
    faults.set(TOKEN, "delay", seconds=3)
    source = TokenSource(settings)
    source._http._client.timeout_s = (1.0, 0.5)
    with pytest.raises(Unreachable, match="no answer in time"):
        source.token()


def test_a_web_page_instead_of_a_token_is_no_credential_fault(
    settings: MicrosoftSettings, faults: Faults
) -> None:
    faults.set(TOKEN, "web_page")
    with pytest.raises(ConnectorError, match="can't be understood") as error:
        TokenSource(settings).token()
    assert not error.value.permanent


@pytest.mark.covers("E44")
@pytest.mark.parametrize("kind", ["unavailable", "throttle", "reset"])
def test_a_good_token_is_used_although_its_refresh_fails(
    state: TenantState, settings: MicrosoftSettings, faults: Faults, kind: str
) -> None:
    state.token_life_s = 100  # always due for a refresh
    state.refresh_in_s = 1
    source = TokenSource(settings)
    first = source.token()
    faults.set(TOKEN, kind)
    source._app.remove_tokens_for_client()
    second = source.token()
    assert second.value == first.value
    assert "an earlier token is used" in second.note
    faults.clear()
    host_pauses.forget()


def test_a_token_that_graph_refuses_is_renewed_once(
    state: TenantState, tenant: MicrosoftTenant
) -> None:
    assert tenant.probe().state == "up"
    state.tokens.clear()
    assert tenant.probe().state == "up"
    assert state.tokens_issued == 2
