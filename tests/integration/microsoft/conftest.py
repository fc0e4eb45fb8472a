"""The stand-in tenant over TLS, and Microsoft's own schemas."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kitart.connectors.http import host_pauses
from kitart.connectors.microsoft import MicrosoftTenant
from kitart.connectors.microsoft.tokens import forget_tokens
from kitart.settings import MicrosoftSettings
from sandbox.faults import Faults
from sandbox.microsoft import TenantState, tenant_app
from sandbox.server import SandboxServer
from sandbox.tls import Certificate, issue_certificate

HOUSE = Path(__file__).parents[3]
SCHEMAS = HOUSE / ".." / "shared" / "contracts" / "graph-schemas.json"


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return issue_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def state() -> TenantState:
    return TenantState()


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.fixture
def server(state: TenantState, faults: Faults, certificate: Certificate) -> Iterator[SandboxServer]:
    host_pauses.forget()
    forget_tokens()
    with SandboxServer(tenant_app(state, faults), tls=certificate) as running:
        yield running
    host_pauses.forget()
    forget_tokens()


@pytest.fixture
def settings(
    state: TenantState, server: SandboxServer, certificate: Certificate
) -> MicrosoftSettings:
    return state.settings(server.url, certificate.ca_file)


@pytest.fixture
def tenant(settings: MicrosoftSettings) -> MicrosoftTenant:
    return MicrosoftTenant(settings)


@pytest.fixture(scope="session")
def graph_schemas() -> dict[str, Any]:
    """Microsoft's published types; skipped where the file is not beside the house."""
    if not SCHEMAS.is_file():
        reason = f"{SCHEMAS.name} is not beside the checkout (../shared/contracts)"
        if os.environ.get("KITART_REQUIRE_ALL") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    schemas: dict[str, Any] = json.loads(SCHEMAS.read_text())
    return schemas
