"""Fetching the sandbox's Asterisk: from the machine's own Debian source, or a reason why not."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from sandbox.asterisk import packages
from sandbox.asterisk.packages import NotToBeHad, asterisk_root, debian_source
from tests import servers


@pytest.mark.parametrize(
    ("file", "text", "source"),
    [
        ("sources.list", "deb http://mirror.example/debian bookworm main\n",
         "http://mirror.example/debian"),
        ("sources.list", "deb [signed-by=/k.gpg] https://mirror.example/debian/ bookworm main\n",
         "https://mirror.example/debian"),
        ("sources.list.d/debian.sources", "Types: deb\nURIs: http://other.example/debian\n",
         "http://other.example/debian"),
    ],
)  # fmt: skip
def test_the_machines_own_archive_is_asked(
    tmp_path: Path, file: str, text: str, source: str
) -> None:
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / file).write_text(text)
    assert debian_source(tmp_path) == source


@pytest.mark.parametrize(
    "text",
    [
        "deb http://security.example/debian-security bookworm main\n",
        "# deb http://mirror.example/debian bookworm main\n",
        "",
    ],
)
def test_a_machine_that_names_no_archive_fetches_from_nowhere(tmp_path: Path, text: str) -> None:
    (tmp_path / "sources.list").write_text(text)
    with pytest.raises(NotToBeHad, match=f"no file of {tmp_path} names a Debian archive"):
        debian_source(tmp_path)


def test_what_is_there_whole_is_not_fetched_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("something was fetched"))
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / ".whole").touch()
    assert asterisk_root(tmp_path) == tmp_path / "root"


def test_without_apt_or_an_archive_within_reach_the_reason_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 100, "", "E: Failed to fetch InRelease\n")

    monkeypatch.setattr(packages, "KEYS", tmp_path)
    monkeypatch.setattr(packages, "debian_source", lambda: "http://mirror.example/debian")
    monkeypatch.setattr(packages.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(packages.subprocess, "run", fails)
    with pytest.raises(NotToBeHad, match=r"can't be had: apt-get update: E: Failed to fetch"):
        asterisk_root(tmp_path)
    assert not (tmp_path / "root").exists(), "nothing half is left"
    monkeypatch.setattr(packages.shutil, "which", lambda _: None)
    with pytest.raises(NotToBeHad, match="no apt-get on this machine"):
        asterisk_root(tmp_path)


def test_a_test_that_needs_it_is_skipped_and_fails_where_all_must_be_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("KITART_REQUIRE_ALL", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no telephone system"):
        servers.missing("no telephone system: no apt-get on this machine")
    monkeypatch.setenv("KITART_REQUIRE_ALL", "1")
    with pytest.raises(pytest.fail.Exception, match="no telephone system"):
        servers.missing("no telephone system: no apt-get on this machine")
