"""What the tests of several connections and of the gateway share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from prefect import get_client
from prefect.client.orchestration import SyncPrefectClient
from prefect.testing.utilities import prefect_test_harness


@pytest.fixture(scope="module")
def prefect() -> Iterator[SyncPrefectClient]:
    """A Prefect server of the module's own, with nothing on it."""
    with (
        prefect_test_harness(server_startup_timeout=120),
        get_client(sync_client=True) as client,
    ):
        yield client
