"""Workflows of Teams on loopback, and our client for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from pydantic import SecretStr

from kitart.connectors.http import host_pauses
from kitart.connectors.teams import TeamsWorkflows
from kitart.settings import ChatSettings
from sandbox.faults import Faults
from sandbox.server import SandboxServer
from sandbox.teams import TeamsState, Workflow, teams_app
from sandbox.tls import Certificate, issue_certificate


@dataclass
class Teams:
    """The stand-in's switches, the workflow of the chat ``ert-1-teams``, and our client."""

    state: TeamsState
    faults: Faults
    url: str
    workflow: Workflow
    settings: ChatSettings
    client: TeamsWorkflows

    def client_for(self, address: str) -> TeamsWorkflows:
        """Our client with another address under the name."""
        teams = {"ert-1-teams": SecretStr(address)}
        return TeamsWorkflows(self.settings.model_copy(update={"teams": teams}))


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return issue_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def teams(certificate: Certificate) -> Iterator[Teams]:
    state, faults = TeamsState(), Faults()
    workflow = state.open_chat("ert-1-teams")
    host_pauses.forget()
    with SandboxServer(teams_app(state, faults), tls=certificate) as server:
        settings = ChatSettings(
            teams={"ert-1-teams": SecretStr(f"{server.url}{workflow.path}")},
            ca_file=certificate.ca_file,
        )
        client = TeamsWorkflows(settings, timeout_s=(1.0, 1.0))
        yield Teams(state, faults, server.url, workflow, settings, client)
        client.close()
    host_pauses.forget()
