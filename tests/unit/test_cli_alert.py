"""``kitart alert``: reading a body, what waits, replaying, splitting, putting aside."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from kitart.alerts import intake
from kitart.cli import app
from kitart.clock import real_now
from kitart.journal import alerts, incidents, observations, timeline
from kitart.journal.database import Journal
from kitart.journal.tables import Alert, Incident
from kitart.plan.loading import load_plan
from kitart.settings import HOUSE, settings
from tests.new_journal import make_tables
from tests.unit.alerts.bodies import PAIRS, group, kuma, prtg, zabbix

PLAN = load_plan(HOUSE / "config")
FIELDS = ["source", "dedup_key", "status", "severity", "title", "started_at", "reason"]


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    made = Journal(f"sqlite:///{tmp_path / 'journal.db'}")
    make_tables(made)
    settings.cache_clear()
    yield made
    settings.cache_clear()
    made.close()


def run(journal: Journal, *words: str) -> Result:
    env = {"COLUMNS": "200", "KITART_DATABASE_URL": str(journal.engine.url)}
    return CliRunner().invoke(app, ["alert", *words], env=env)


def post(journal: Journal, source: str, body: Any, now: datetime | None = None) -> intake.Accepted:
    known = next(s for s in PLAN.monitoring.sources if s.name == source)
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return intake.accept(journal, PLAN, known, raw, now=now or real_now())


def read(*words: str, given: str | bytes = "") -> Result:
    settings.cache_clear()
    env = {"KITART_DATABASE_URL": "sqlite:////nowhere/at/all.db", "COLUMNS": "200"}
    return CliRunner().invoke(app, ["alert", "read", *words], input=given, env=env)


# --- reading, without a journal ---------------------------------------------------------------


@pytest.mark.parametrize("source", sorted(PAIRS))
def test_a_body_is_shown_as_it_is_read(source: str, tmp_path: Path) -> None:
    pair = PAIRS[source]
    file = tmp_path / "body"
    file.write_bytes(pair.raw(pair.firing))
    result = read("--source", source, str(file), "--content-type", pair.content_type)
    assert result.exit_code == 0, result.output
    (found,) = json.loads(result.stdout)
    assert list(found) == FIELDS
    assert (found["source"], found["dedup_key"], found["status"], found["started_at"]) == (
        source, pair.key, "firing", pair.started_at,
    )  # fmt: skip


def test_what_is_no_alert_is_ignored_with_its_reason() -> None:
    body = json.dumps(zabbix("1", event_update_status="1", event_update_action="commented"))
    (found,) = json.loads(read("--source", "zabbix", "-", given=body).stdout)
    assert found["status"] == "ignored"
    assert "commented" in found["reason"]


@pytest.mark.parametrize(
    ("words", "given", "code", "said"),
    [
        (("--source", "zabbix", "-"), "{broken", 1, "zabbix: the body can't be read: the body is"),
        (("--source", "prtg", "-"), "{}", 1, "status"),
        (("--source", "nagios", "-"), "{}", 2, "--source is 'nagios'; right would be one of"),
        (("--source", "zabbix", "/no/such/file"), "", 1, "FILE is '/no/such/file', which"),
        (("--source", "zabbix", "/"), "", 1, "can't be read"),
        (("--source", "zabbix", "--dir", "/no/plan", "-"), "{}", 1, "/no/plan"),
    ],
)  # fmt: skip
def test_what_can_not_be_read_ends_with_a_clear_error(
    words: tuple[str, ...], given: str, code: int, said: str
) -> None:
    result = read(*words, given=given)
    assert result.exit_code == code
    assert said in result.stderr
    assert "Traceback" not in result.output
    assert result.stdout == ""


def test_a_plan_that_can_not_be_loaded_stops_no_built_in_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KITART_CONFIG_DIR", str(tmp_path))
    given = json.dumps(kuma(0))
    assert read("--source", "uptime_kuma", "-", given=given).exit_code == 0
    assert read("--source", "own-tool", "-", given=given).exit_code == 1
    settings.cache_clear()


# --- what waits -------------------------------------------------------------------------------


def test_what_fits_no_rule_or_can_not_be_read_waits_until_it_is_put_aside(journal: Journal) -> None:
    assert run(journal, "list").stdout == "Nothing waits.\n"
    post(journal, "uptime_kuma", kuma(0, name="Coffee machine"))
    with pytest.raises(intake.UnreadablePost):
        post(journal, "prtg", b"{broken")
    shown = run(journal, "list").stdout
    assert "uptime_kuma: [VCC web phone]" in shown
    assert "prtg: unreadable (the body is not JSON" in shown
    found = json.loads(run(journal, "list", "--json").stdout)
    assert [(a["id"], a["outcome"]) for a in found] == [(2, "unreadable"), (1, "unmatched")]
    assert run(journal, "dismiss", "1", "2").stdout == "2 put aside.\n"
    assert run(journal, "list").stdout == "Nothing waits.\n"
    assert "put aside" in run(journal, "list", "--all").stdout
    again = run(journal, "dismiss", "2")
    assert (again.exit_code, again.stderr) == (1, "alert 2 does not wait: it is put aside\n")
    assert run(journal, "dismiss", "77").exit_code == 1


def test_each_alert_in_the_list_is_one_line(journal: Journal) -> None:
    post(journal, "uptime_kuma", {**kuma(0, name="Coffee machine"), "msg": "it is down\nsince ten"})
    (line,) = run(journal, "list").stdout.splitlines()
    assert "uptime_kuma: it is down since ten: firing" in line


def test_an_alert_that_ended_or_got_its_rule_waits_no_more(journal: Journal) -> None:
    post(journal, "uptime_kuma", kuma(0, name="Coffee machine"))
    post(journal, "uptime_kuma", kuma(1, "2026-11-24 09:00:00", name="Coffee machine"))
    assert run(journal, "list").stdout == "Nothing waits.\n"


# --- replaying --------------------------------------------------------------------------------


def unreadable(journal: Journal, source: str, body: str) -> None:
    """A post that an older Kitart could not read."""
    intake.keep_unreadable(journal, source, body.encode(), "an older reader", now=real_now())


@pytest.mark.covers("D1")
def test_a_post_is_read_again_once_and_opens_what_it_would_have(journal: Journal) -> None:
    unreadable(journal, "zabbix", json.dumps(zabbix("1")))
    result = run(journal, "replay", "--json")
    assert json.loads(result.stdout) == [
        {"id": 1, "source": "zabbix", "trouble": None, "opened": ["INC-0001"]}
    ]
    assert run(journal, "replay").stdout == "No post waits to be read again.\n"
    again = run(journal, "replay", "1")
    assert (again.exit_code, again.stdout) == (1, "1 (zabbix): nothing to do: it is replayed\n")
    assert run(journal, "list").stdout == "Nothing waits.\n"
    with journal.read() as session:
        assert session.query(Incident).count() == 1
        assert [a.incident for a in session.query(Alert).order_by(Alert.id)] == [None, "INC-0001"]


def test_what_still_can_not_be_read_stays_and_says_why(journal: Journal) -> None:
    unreadable(journal, "zabbix", "{broken")
    unreadable(journal, "zabbix", '{"event_id": "' + "x" * 70_000)
    unreadable(journal, "gone", "{}")
    unreadable(journal, "uptime_kuma", '{"heartbeat": null, "monitor": null, "msg": "Testing"}')
    result = run(journal, "replay")
    assert result.exit_code == 1
    first, cut, gone, test = result.stdout.splitlines()
    assert first.startswith("1 (zabbix): still can't be read: the body is not JSON")
    assert "only its first 64,000 letters were kept" in cut
    assert gone == "3 (gone): the plan has no such source any more"
    assert test.startswith("4 (uptime_kuma): ignored Testing: a test")
    assert [a["id"] for a in json.loads(run(journal, "list", "--json").stdout)] == [3, 2, 1]
    nobody = run(journal, "replay", "99")
    assert (nobody.exit_code, nobody.stderr) == (1, "there is no alert 99\n")


def test_an_alert_that_fitted_no_rule_opens_its_incident_once_there_is_one(
    journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    post(journal, "uptime_kuma", kuma(0, name="Coffee machine"))
    still = run(journal, "replay", "1")
    assert (still.exit_code, still.stdout) == (
        1, "1 (uptime_kuma): still fits no rule of config/monitoring.yaml\n",
    )  # fmt: skip
    folder = Path(shutil.copytree(HOUSE / "config", tmp_path / "config"))
    file = folder / "monitoring.yaml"
    rule = "    - {id: cups, source: uptime_kuma, match: {site: budapest}, plan: general}\n"
    file.write_text(file.read_text() + rule)
    monkeypatch.setenv("KITART_CONFIG_DIR", str(folder))
    settings.cache_clear()
    assert run(journal, "replay", "1").stdout == "1 (uptime_kuma): opened INC-0001\n"
    assert run(journal, "replay", "1").stdout == "1 (uptime_kuma): nothing to do: it is matched\n"


# --- undoing a wrong merge --------------------------------------------------------------------


@pytest.mark.covers("E33")
def test_a_wrong_merge_is_undone_without_loss(journal: Journal) -> None:
    now = real_now()
    earlier = (now - timedelta(minutes=30)).isoformat()
    later = (now - timedelta(minutes=5)).isoformat()
    assert post(journal, "alertmanager", group("firing", startsAt=later)).opened == ["INC-0001"]
    away = (now - timedelta(minutes=30)).strftime("%Y-%m-%d %H:%M:%S")
    assert post(journal, "uptime_kuma", kuma(0, away)).joined == ["INC-0001"]
    result = run(journal, "split", "2", "--by", "ERT lead")
    assert (result.exit_code, result.stdout) == (0, "INC-0002\n"), result.output
    with journal.read() as session:
        old, new = (incidents.get(session, n) for n in ("INC-0001", "INC-0002"))
        assert old.cause_at.isoformat() == later
        assert new.cause_at == datetime.fromisoformat(earlier).replace(microsecond=0)
        assert (old.system_id, new.system_id) == ("VCC", "VCC")
        assert new.reported_at == alerts.get(session, 2).received_at
        (entry,) = timeline.entries(session, "INC-0001", "alert taken out")
        assert entry.author == "ERT lead"
        assert entry.text.endswith("is INC-0002 now")
        assert [e.type for e in timeline.entries(session, "INC-0002")] == ["reported", "report"]
        looks = observations.of_incident(session, "INC-0002", "VCC")
        assert [look.source for look in looks] == ["alert uptime_kuma"]
        kept = observations.of_incident(session, "INC-0001", "VCC")
        assert [look.source for look in kept] == ["alert alertmanager"]
    # The problem goes its own way from now on: its end, and when it comes again.
    up = (now - timedelta(minutes=2)).strftime("%Y-%m-%d %H:%M:%S")
    assert post(journal, "uptime_kuma", kuma(1, up)).resolved == ["INC-0002"]
    down = (now - timedelta(minutes=1)).strftime("%Y-%m-%d %H:%M:%S")
    assert post(journal, "uptime_kuma", kuma(0, down)).joined == ["INC-0002"]
    assert post(journal, "prtg", prtg("Down", "")).joined == ["INC-0001"]


def test_what_can_not_be_taken_out_is_refused_with_the_reason(journal: Journal) -> None:
    post(journal, "alertmanager", group("firing"))
    post(journal, "uptime_kuma", kuma(0, name="Coffee machine"))
    for alert, said in (
        ("1", "INC-0001 stands on this alert alone; right would be to end it as a false alarm"),
        ("2", "alert 2 belongs to no incident"), ("9", "there is no alert 9"),
    ):  # fmt: skip
        result = run(journal, "split", alert)
        assert (result.exit_code, result.stderr) == (1, f"{said}\n")
    post(journal, "alertmanager", group("firing", fingerprint="other"))
    with journal.write() as session:
        incidents.close(session, "INC-0001", "closed", now=real_now())
    assert "INC-0001 is closed" in run(journal, "split", "3").stderr


def test_on_an_empty_journal_the_command_says_what_to_do(tmp_path: Path) -> None:
    settings.cache_clear()
    env = {"COLUMNS": "200", "KITART_DATABASE_URL": f"sqlite:///{tmp_path / 'new.db'}"}
    for words in (["alert", "list"], ["input", "show"], ["watch", "status"], ["contact", "show"]):
        shown = CliRunner().invoke(app, words, env=env)
        settings.cache_clear()
        assert shown.exit_code != 0
        assert "run 'kitart db upgrade'" in shown.output
        assert "no such table" not in shown.output
