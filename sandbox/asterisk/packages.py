"""Asterisk from Debian 11, downloaded once into a folder of the user's cache; nothing is installed.

Debian 12 has no Asterisk. Apt works here on a configuration of its own: the machine's own Debian
source with the suite ``bullseye``, and an empty list of installed packages, so that the same set
comes on every machine, the C library with it. Asterisk is run, never shipped.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SUITE = "bullseye"
WANTED = ("asterisk", "asterisk-voicemail")
NEEDED = re.compile(r"^(asterisk|lib|zlib)")
"""Of what these depend on: the libraries; shells and Perl are never called."""
SPARED = re.compile(r"^(libperl|libsnmp-base|asterisk-core-sounds)")
LIMIT_S = 300.0
KEYS = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
SOURCES = Path("/etc/apt")
SOURCE = re.compile(r"^(?:deb (?:\[[^\]]*\] )?|URIs: )(\S+/debian)/?(?=\s)", re.M)
CACHE = Path.home() / ".cache" / "kitart" / f"asterisk-{SUITE}"


class NotToBeHad(Exception):
    """The packages can't be had on this machine; the message says why."""


def asterisk_root(cache: Path = CACHE) -> Path:
    """The folder that Asterisk was unpacked into, fetched first if need be.

    Raises ``NotToBeHad`` where there is no apt, no Debian source, or no network.
    """
    root = cache / "root"
    if _whole(root):
        return root
    for program in ("apt-get", "dpkg"):
        if shutil.which(program) is None:
            raise NotToBeHad(f"no {program} on this machine: Asterisk comes as Debian packages")
    if not KEYS.exists():
        raise NotToBeHad(f"{KEYS} is missing: without Debian's keys nothing is taken")
    cache.mkdir(parents=True, exist_ok=True)
    with _alone(cache):
        if not _whole(root):
            _unpack(_download(cache), root)
            shutil.rmtree(cache / "apt", ignore_errors=True)
    return root


def sipp_program() -> str:
    """Where ``sipp`` is, by which phones and callers speak SIP; raises ``NotToBeHad``."""
    found = shutil.which("sipp")
    if found is None:
        raise NotToBeHad("no sipp on this machine: Debian's package is sip-tester")
    return found


def debian_source(sources: Path = SOURCES) -> str:
    """The address of the Debian archive that this machine takes its own packages from.

    Raises ``NotToBeHad`` where no file of ``sources`` names one.
    """
    texts = [
        file.read_text(errors="replace")
        for file in (*sources.glob("sources.list"), *sorted(sources.glob("sources.list.d/*")))
    ]
    for text in texts:
        if found := SOURCE.search(text):
            return found[1]
    raise NotToBeHad(f"no file of {sources} names a Debian archive to fetch from")


def _whole(root: Path) -> bool:
    return (root / ".whole").exists()


@contextmanager
def _alone(cache: Path) -> Iterator[None]:
    """Two who want it at once: the second waits, and finds it there."""
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _download(cache: Path) -> list[Path]:
    """The packages' files; raises ``NotToBeHad``."""
    apt = cache / "apt"
    for part in ("etc/apt.conf.d", "etc/preferences.d", "etc/sources.list.d", "etc/trusted.gpg.d",
                 "state/lists/partial", "cache/archives/partial"):  # fmt: skip
        (apt / part).mkdir(parents=True, exist_ok=True)
    (apt / "state/status").touch()
    (apt / "etc/sources.list").write_text(
        f"deb [signed-by={KEYS}] {debian_source()} {SUITE} main\n"
    )
    (apt / "apt.conf").write_text(
        f'Dir::Etc "{apt}/etc";\nDir::State "{apt}/state";\n'
        f'Dir::State::status "{apt}/state/status";\nDir::Cache "{apt}/cache";\n'
        'APT::Install-Recommends "false";\nAcquire::Languages "none";\n'
        'Acquire::http::Timeout "20";\nAcquire::Retries "2";\nAPT::Sandbox::User "";\n'
    )
    _apt(apt, "update", "-qq")
    planned = _apt(apt, "install", "-qq", "--print-uris", "-y", *WANTED)
    names = [
        name
        for line in planned.splitlines()
        if (name := line.split()[1].partition("_")[0]) and NEEDED.match(name)
        and not SPARED.match(name)
    ]  # fmt: skip
    archives = apt / "cache/archives"
    _apt(apt, "download", "-qq", *names, cwd=archives)
    return sorted(archives.glob("*.deb"))


def _apt(apt: Path, *words: str, cwd: Path | None = None) -> str:
    command = ["apt-get", "-c", str(apt / "apt.conf"), *words]
    try:
        done = subprocess.run(
            command, env={**os.environ, "APT_CONFIG": str(apt / "apt.conf"), "LC_ALL": "C"},
            cwd=cwd, capture_output=True, text=True, timeout=LIMIT_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as late:
        raise NotToBeHad(f"apt-get {words[0]} took longer than {LIMIT_S:.0f} s") from late
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise NotToBeHad(f"Asterisk's packages can't be had: apt-get {words[0]}: {last}")
    return done.stdout


def _unpack(packages: list[Path], root: Path) -> None:
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    for package in packages:
        done = subprocess.run(
            ["dpkg", "-x", str(package), str(root)], capture_output=True, text=True,
            timeout=LIMIT_S, check=False,
        )  # fmt: skip
        if done.returncode:
            raise NotToBeHad(f"{package.name} can't be unpacked: {done.stderr.strip()}")
    (root / ".whole").touch()
