"""The sample company, and its outlook from a Thursday morning on."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kitart.plan.schema import Plan
from kitart.rules.readiness.outlook import Model, Outlook, outlook
from kitart.rules.readiness.situations import hours_from
from tests.unit.rules.readiness.companies import sample

THURSDAY = datetime(2026, 11, 26, 5, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def plan() -> Plan:
    return sample()


@pytest.fixture(scope="session")
def model(plan: Plan) -> Model:
    return Model(plan, hours_from(THURSDAY))


@pytest.fixture(scope="session")
def found(model: Model) -> Outlook:
    return outlook(model)
