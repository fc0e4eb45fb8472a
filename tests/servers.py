"""PostgreSQL and Redis of a test's own, which it may stop and start as it likes."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import uuid
from pathlib import Path

import psycopg
import pytest

from kitart.clock import monotonic_s, sleep_s
from sandbox.postgres import server_user

START_LIMIT_S = 60.0


def missing(what: str) -> None:
    """Skip the test for want of a program; fail it where all programs must be there."""
    if os.environ.get("KITART_REQUIRE_ALL") == "1":
        pytest.fail(what)
    pytest.skip(what)


class Postgres:
    """A server on a socket in a folder of its own; each database of it is trusted to everybody."""

    def __init__(self) -> None:
        programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
        found = programs[-1] if programs else shutil.which("pg_ctl")
        if found is None:
            missing("no PostgreSQL server (pg_ctl) on this machine")
        self._programs = Path(str(found)).parent
        # A socket's path must be short, and the server's own user must be able to reach it.
        self.folder = Path(tempfile.mkdtemp(prefix="kpg"))
        self._user = server_user(self.folder)
        self._data = str(self.folder / "data")
        self._run("initdb", "-D", self._data, "-A", "trust", "-U", "kitart", "-E", "UTF8",
                  "--no-sync")  # fmt: skip
        self.start()

    def start(self) -> None:
        options = f"-c listen_addresses='' -k {self.folder} -c max_connections=300 -c fsync=off"
        self._run("pg_ctl", "-D", self._data, "-w", "-l", str(self.folder / "log"),
                  "-o", options, "start")  # fmt: skip

    def stop(self, mode: str = "immediate") -> None:
        """``immediate`` as a crash, ``fast`` as an orderly stop."""
        self._run("pg_ctl", "-D", self._data, "-w", "-m", mode, "stop")

    def remove(self) -> None:
        """Stop it for good, and delete all it had."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def new_database(self) -> str:
        """Make an empty database; its address."""
        name = f"k{uuid.uuid4().hex}"
        with psycopg.connect(
            host=str(self.folder), user="kitart", dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return f"postgresql://kitart@/{name}?host={self.folder}"

    def _run(self, program: str, *words: str) -> None:
        command = [str(self._programs / program), *words]
        done = subprocess.run(
            command, user=self._user, cwd=self.folder, capture_output=True, text=True,
            timeout=START_LIMIT_S,
        )  # fmt: skip
        assert done.returncode == 0, f"{command}: {done.stderr or done.stdout}"


class Redis:
    """A server on a loopback port, with a password, that keeps on disk what it was told."""

    def __init__(self, port: int, password: str) -> None:
        found = shutil.which("redis-server")
        if found is None:
            missing("no Redis (redis-server) on this machine")
        self._program = str(found)
        self._folder = Path(tempfile.mkdtemp(prefix="krd"))
        self._port = port
        (self._folder / "acl").write_text(f"user default on >{password} ~* &* +@all\n")
        self.url = f"redis://default:{password}@127.0.0.1:{port}/0"
        self.start()

    def start(self) -> None:
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._program, "--bind", "127.0.0.1", "--port", str(self._port), "--dir",
                 str(self._folder), "--appendonly", "yes", "--aclfile", str(self._folder / "acl")],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        until = monotonic_s() + START_LIMIT_S
        while not self._answers():
            assert self._process.poll() is None, (self._folder / "log").read_text()
            assert monotonic_s() < until, (self._folder / "log").read_text()
            sleep_s(0.1)

    def stop(self, number: int = signal.SIGTERM) -> None:
        self._process.send_signal(number)
        self._process.wait(START_LIMIT_S)

    def remove(self) -> None:
        """Stop it for good, and delete all it had."""
        if self._process.poll() is None:
            self.stop(signal.SIGKILL)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _answers(self) -> bool:
        import redis

        try:
            with redis.Redis.from_url(self.url, socket_timeout=2, socket_connect_timeout=2) as one:
                return bool(one.ping())
        except redis.RedisError:
            return False
