"""docs/monitoring.md says what is so: each tool has its part, and what is to be pasted works."""

from __future__ import annotations

import json
import re
import string
from typing import Any

import pytest
import yaml

from kitart.alerts.examples import source_problems
from kitart.alerts.posts import FORM
from kitart.alerts.readers import READERS
from kitart.plan.loading import load_plan
from kitart.plan.systems import Monitoring
from kitart.settings import HOUSE
from tests.unit.alerts.bodies import one

DOCS = (HOUSE / "docs" / "monitoring.md").read_text()
PARTS = {
    match[1]: match[2]
    for match in re.finditer(
        r"^### [^\n]*\(`(\w+)`\)\n(.*?)(?=^##)", DOCS, re.DOTALL | re.MULTILINE
    )
}
FILLED = {
    "ALERT_TRANSITION": "Triggered", "ALERT_CYCLE_KEY": "77", "DATE": "1795510680000",
    "STATUS": "down", "CODE": "77", "NOW": "2026-11-24T08:58:00+00:00", "EVENT_TITLE": "Away",
    "NAME": "Away", "TAGS": "service:vcc",
}  # fmt: skip


def block(text: str, language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    assert found
    return found[1]


def test_each_tool_has_its_part() -> None:
    assert sorted(PARTS) == sorted(READERS)


def test_each_tool_is_a_source_of_the_sample_company_and_has_a_rule() -> None:
    plan = load_plan(HOUSE / "config")
    assert sorted(s.name for s in plan.monitoring.sources) == sorted(READERS)
    assert {rule.source for rule in plan.monitoring.rules} == set(READERS)


@pytest.mark.parametrize("tool", ["datadog", "healthchecks"])
def test_a_template_to_be_pasted_is_read_once_the_tool_has_filled_it_in(tool: str) -> None:
    template = block(PARTS[tool], "json")
    reading = one(tool, string.Template(template).safe_substitute(FILLED).encode())
    assert (reading.status, reading.dedup_key, reading.title) == ("firing", "77", "Away")
    assert one(tool, template.encode()).status == "ignored"


def test_prtgs_payload_is_read_once_the_tool_has_filled_it_in() -> None:
    payload = block(PARTS["prtg"], "").strip()
    filled = re.sub("%([a-z]+)", r"\1", payload).replace("=status", "=Down")
    assert one("prtg", filled.encode(), FORM).status == "firing"
    assert one("prtg", payload.encode(), FORM).status == "ignored"


def test_zabbixs_parameters_are_read_once_the_tool_has_filled_them_in() -> None:
    values = {
        "EVENT.VALUE": "1", "EVENT.ID": "77", "EVENT.SOURCE": "0", "EVENT.DATE": "2026.11.24",
        "EVENT.TIME": "09:58:00", "EVENT.NAME": "Away", "EVENT.UPDATE.STATUS": "0",
    }  # fmt: skip
    body: dict[str, str] = {}
    for names, macros in re.findall(
        r"^\| (`\w+`.*?) \| (`\{.*?) \|$", PARTS["zabbix"], re.MULTILINE
    ):
        for name, macro in zip(names.split(", "), macros.split(", "), strict=True):
            body[name.strip("`")] = values.get(macro.strip("`{}"), macro.strip("`"))
    reading = one("zabbix", json.dumps(body).encode(), time_zone="Europe/Budapest")
    assert (reading.status, reading.dedup_key, reading.title) == ("firing", "77", "Away")
    assert str(reading.started_at) == "2026-11-24 08:58:00+00:00"


def test_the_mapping_in_the_docs_gives_what_its_examples_say() -> None:
    raw: dict[str, Any] = yaml.safe_load(block(DOCS.partition("## Any other tool")[2], "yaml"))
    plan = load_plan(HOUSE / "config")
    assert len(plan.monitoring.sources) == 11  # the docs name it as the twelfth
    monitoring = Monitoring.model_validate(raw["monitoring"])
    assert source_problems(plan.model_copy(update={"monitoring": monitoring})) == []
