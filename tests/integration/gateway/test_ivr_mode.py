"""The mode that the phone system asks for at every call."""

from __future__ import annotations

from statistics import median

import pytest
import requests

from kitart.clock import monotonic_s

SECRET = "sandbox-ivr-secret"


def ask(place, number: str, secret: str = SECRET, method: str = "GET") -> requests.Response:
    return requests.request(
        method, f"{place.server.url}/ivr/{secret}/mode",
        params={"destination": number}, timeout=10,
    )  # fmt: skip


def mode(place, number: str) -> str:
    return ask(place, number).json()["mode"]


@pytest.mark.covers("A24", "D19")
def test_a_line_is_normal_until_another_mode_is_ordered(place) -> None:
    line = place.plan.lines[0]
    assert mode(place, line.number) == "normal"
    place.inst.routing.write(line.id, "voicemail", 0, "AM-1")
    place.eventually(lambda: mode(place, line.number) == "voicemail", "the new mode")
    assert mode(place, line.number.lstrip("+")) == "voicemail"
    assert mode(place, f" {line.number} ") == "voicemail"
    assert mode(place, line.id) == "voicemail"
    assert mode(place, place.plan.lines[1].number) == "normal"
    assert ask(place, line.number, method="POST").json() == {"mode": "voicemail"}


def test_it_is_answered_in_under_fifty_milliseconds(place, capsys) -> None:
    line = place.plan.lines[0]
    session = requests.Session()
    times = []
    for _ in range(60):
        begun = monotonic_s()
        answer = session.get(
            f"{place.server.url}/ivr/{SECRET}/mode",
            params={"destination": line.number}, timeout=10,
        )  # fmt: skip
        times.append((monotonic_s() - begun) * 1000)
        assert answer.status_code == 200
    with capsys.disabled():
        print(f"\nmode of a line: median {median(times):.1f} ms, worst {max(times):.1f} ms")  # noqa: T201
    assert median(times) < 50


@pytest.mark.parametrize("secret", ["wrong", "%F0%9F%93%9E"])
def test_a_wrong_secret_finds_nothing(place, secret) -> None:
    answer = ask(place, "+44", secret)
    assert answer.status_code == 404
    assert "mode" not in answer.json()


def test_without_a_secret_in_the_settings_nothing_is_found(place) -> None:
    place.inst.settings.vcc.ivr_secret = type(place.inst.settings.vcc.ivr_secret)("")
    assert ask(place, "+44", "x").status_code == 404
    assert requests.get(f"{place.server.url}/ivr//mode", timeout=10).status_code == 404


def break_journal(place) -> None:
    place.inst.journal.close()
    (place.folder / "broken.db").write_bytes(b"no database at all, this is. " * 200)
    (place.folder / "broken.db").replace(place.folder / "journal.db")


@pytest.mark.sqlite_only
def test_with_the_journal_away_the_last_mode_is_served_from_memory(place) -> None:
    line = place.plan.lines[0]
    place.inst.routing.write(line.id, "notice", 0, "AM-1")
    place.eventually(lambda: mode(place, line.number) == "notice", "the new mode")
    break_journal(place)
    with pytest.raises(Exception, match="database"):
        place.inst.routing.all_modes()
    assert mode(place, line.number) == "notice"


def test_a_plan_that_was_broken_by_an_edit_changes_nothing(place, monkeypatch) -> None:
    line = place.plan.lines[0]
    place.inst.routing.write(line.id, "notice", 0, "AM-1")
    place.eventually(lambda: mode(place, line.number) == "notice", "the new mode")
    monkeypatch.setattr(place.inst.settings, "config_dir", place.folder / "nowhere")
    assert mode(place, line.number) == "notice"
    assert place.post_alerts(place.alert()).status_code == 202


def test_after_a_restart_the_modes_are_read_from_the_file(place, monkeypatch) -> None:
    line = place.plan.lines[0]
    place.inst.routing.write(line.id, "voicemail", 0, "AM-1")
    kept = place.folder / "ivr-modes.json"
    place.eventually(lambda: kept.is_file() and "voicemail" in kept.read_text(), "the file")

    def away(self):
        raise OSError("the journal is away")

    monkeypatch.setattr(type(place.inst.routing), "all_modes", away)
    place.restart()
    assert mode(place, line.number) == "voicemail"
    kept.write_text("{half")
    place.restart()
    assert mode(place, line.number) == "normal"


def test_the_file_is_written_also_where_its_folder_is_not_there_yet(place) -> None:
    """As on a new machine whose journal is on PostgreSQL."""
    place.inst.settings.data_dir = place.folder / "new" / "var"
    place.restart()
    place.inst.routing.write(place.plan.lines[0].id, "voicemail", 0, "AM-1")
    kept = place.inst.settings.data_dir / "ivr-modes.json"
    place.eventually(lambda: kept.is_file() and "voicemail" in kept.read_text(), "the file")
