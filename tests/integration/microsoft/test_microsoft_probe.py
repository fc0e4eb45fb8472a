"""Our own probe beside Microsoft's announcement; they may disagree, and unknown is never up."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from kitart.connectors.http import Unreachable, host_pauses
from kitart.connectors.microsoft import MicrosoftTenant
from kitart.settings import MicrosoftSettings
from sandbox.faults import Faults
from sandbox.microsoft import TenantState
from sandbox.server import SandboxServer
from sandbox.tls import issue_certificate

pytestmark = pytest.mark.covers("E42", "E44")


def test_a_healthy_site_is_up_and_the_probe_leaves_nothing(
    state: TenantState, tenant: MicrosoftTenant
) -> None:
    result = tenant.probe()
    assert result.state == "up"
    assert [step.name for step in result.steps] == ["token", "site", "write", "delete"]
    assert all(step.latency_s > 0 for step in result.steps)
    assert state.lists[state.probe_list].rows == {}


@pytest.mark.parametrize(
    ("pattern", "step"),
    [
        ("POST */oauth2/v2.0/token", "token"),
        ("GET /v1.0/sites/*", "site"),
        ("POST */items", "write"),
        ("DELETE */items/*", "delete"),
    ],
)
@pytest.mark.parametrize("kind", ["unavailable", "html_unavailable", "reset"])
def test_a_failing_step_is_down_and_named(
    tenant: MicrosoftTenant, faults: Faults, pattern: str, step: str, kind: str
) -> None:
    faults.set(pattern, kind)
    result = tenant.probe()
    assert (result.state, result.failed_step) == ("down", step)
    assert result.detail.startswith("SharePoint is down: ")


def test_a_stopped_tenant_is_down(tenant: MicrosoftTenant, server: SandboxServer) -> None:
    server.stop()
    result = tenant.probe()
    assert (result.state, result.failed_step) == ("down", "token")


def test_all_fails_together_when_the_tenant_is_gone_and_all_may_pass(
    tenant: MicrosoftTenant, server: SandboxServer
) -> None:
    assert tenant.probe().state == "up"
    server.stop()
    for action in (
        lambda: tenant.upsert_register_row("INC-0001", {}, None),
        lambda: tenant.upload("a.html", b"x", "text/html"),
        lambda: tenant.send_mail(["a@kitart.example"], "s", None, "t", message_key="k"),
    ):
        with pytest.raises(Unreachable) as error:
            action()
        assert not error.value.permanent
    assert tenant.announced_health().state == "unknown"


def test_a_restarted_tenant_is_up_again(tenant: MicrosoftTenant, server: SandboxServer) -> None:
    assert tenant.probe().state == "up"
    server.stop()
    assert tenant.probe().state == "down"
    server.start()
    assert tenant.probe().state == "up"


def test_busy_is_not_down(tenant: MicrosoftTenant, faults: Faults) -> None:
    rule = faults.set("*/sites/*", "throttle", retry_after=30)
    first, second = tenant.probe(), tenant.probe()
    assert (first.state, second.state) == ("unknown", "unknown")
    assert "30 s are left" in second.detail
    assert rule.used == 1


def test_our_wrong_secret_is_unknown_not_down(settings: MicrosoftSettings) -> None:
    wrong = settings.model_copy(update={"client_secret": SecretStr("wrong")})
    result = MicrosoftTenant(wrong).probe()
    assert (result.state, result.failed_step) == ("unknown", "token")
    assert "client secret refused" in result.detail


def test_a_certificate_that_we_do_not_trust_is_unknown_not_down(
    settings: MicrosoftSettings, tmp_path: Path
) -> None:
    other = issue_certificate(tmp_path)
    result = MicrosoftTenant(settings.model_copy(update={"ca_file": other.ca_file})).probe()
    assert (result.state, result.failed_step) == ("unknown", "token")
    assert "certificate not trusted" in result.detail


@pytest.mark.parametrize("change", [{"probe_list": "None"}, {"site_path": "sites/none"}])
def test_our_wrong_settings_are_unknown_not_down(
    settings: MicrosoftSettings, change: dict[str, str]
) -> None:
    result = MicrosoftTenant(settings.model_copy(update=change)).probe()
    assert result.state == "unknown"
    assert "itemNotFound" in result.detail


def test_a_permission_taken_away_is_unknown_not_down(
    tenant: MicrosoftTenant, faults: Faults
) -> None:
    faults.set("POST */items", "status", status=403)
    assert tenant.probe().state == "unknown"


def test_while_it_asks_us_to_wait_after_a_failure_it_stays_down(
    tenant: MicrosoftTenant, faults: Faults
) -> None:
    faults.set("GET /v1.0/sites/*", "unavailable", retry_after=30)
    first = tenant.probe()
    faults.clear()
    assert first.state == "down"
    assert tenant.probe() == first
    host_pauses.forget()
    assert tenant.probe().state == "up"


def test_a_captive_portal_is_unknown_never_up(tenant: MicrosoftTenant, faults: Faults) -> None:
    faults.set("GET /v1.0/sites/*", "web_page")
    assert tenant.probe().state == "unknown"


def test_operational_by_announcement_while_writes_fail(
    state: TenantState, tenant: MicrosoftTenant, faults: Faults
) -> None:
    faults.set("/v1.0/sites/*", "writes_fail")
    assert tenant.announced_health().state == "up"
    result = tenant.probe()
    assert (result.state, result.failed_step) == ("down", "write")


def test_interrupted_by_announcement_while_all_works(
    tenant: MicrosoftTenant, faults: Faults
) -> None:
    faults.set("*", "health_says", status="serviceInterruption")
    assert tenant.announced_health().state == "down"
    assert tenant.probe().state == "up"


@pytest.mark.parametrize(
    ("word", "state_read"),
    [
        ("serviceOperational", "up"),
        ("ServiceOperational", "up"),
        ("serviceInterruption", "down"),
        ("ServiceDegradation", "degraded"),
        ("investigating", "degraded"),
        ("restoringService", "degraded"),
        ("verifyingService", "degraded"),
        ("extendedRecovery", "degraded"),
        ("investigationSuspended", "unknown"),
        ("unknownFutureValue", "unknown"),
        ("serviceSparkling", "unknown"),
        ("", "unknown"),
    ],
)
def test_microsofts_words_are_read_without_case_and_never_guessed(
    state: TenantState, tenant: MicrosoftTenant, word: str, state_read: str
) -> None:
    state.announce(word)
    announced = tenant.announced_health()
    assert (announced.state, announced.word) == (state_read, word)


def test_open_issues_are_told_and_resolved_ones_not(
    state: TenantState, tenant: MicrosoftTenant
) -> None:
    state.announce("serviceDegradation", title="Some users can't open sites")
    closed = {**state.issues["SharePoint Online"][0], "id": "SP2", "isResolved": True}
    state.issues["SharePoint Online"].append(closed)
    announced = tenant.announced_health()
    assert announced.issue_ids == ("SP100001",)
    assert announced.titles == ("Some users can't open sites",)


def test_another_services_trouble_is_not_sharepoints(
    state: TenantState, tenant: MicrosoftTenant
) -> None:
    state.announce("serviceInterruption", "Exchange Online")
    assert tenant.announced_health().state == "up"


@pytest.mark.parametrize("kind", ["unavailable", "web_page", "reset", "throttle"])
def test_an_announcement_that_cannot_be_read_is_unknown(
    tenant: MicrosoftTenant, faults: Faults, kind: str
) -> None:
    faults.set("*/healthOverviews", kind)
    announced = tenant.announced_health()
    assert announced.state == "unknown"
    assert "can't be read" in announced.detail


def test_silence_about_sharepoint_is_unknown(state: TenantState, tenant: MicrosoftTenant) -> None:
    del state.health["SharePoint Online"]
    assert tenant.announced_health().state == "unknown"
