"""A Redis server of our own, where the machine has the program for one."""

from __future__ import annotations

import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kitart.clock import monotonic_s, sleep_s
from sandbox.ports import HOST

START_LIMIT_S = 30.0


@contextmanager
def redis(port: int) -> Iterator[str | None]:
    """The address, with its password, of a server on a loopback port until the block ends; ``None``
    without ``redis-server``. It keeps on disk what it was told, as ``deploy/compose.yaml`` has it.
    """
    program = shutil.which("redis-server")
    if program is None:
        yield None
        return
    password = secrets.token_hex(12)
    folder = Path(tempfile.mkdtemp(prefix="krd"))
    (folder / "acl").write_text(f"user default on >{password} ~* &* +@all\n")
    command = [program, "--bind", HOST, "--port", str(port), "--dir", str(folder),
               "--appendonly", "yes", "--aclfile", str(folder / "acl")]  # fmt: skip
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        _wait_for(process, port)
        yield f"redis://default:{password}@{HOST}:{port}/0"
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    until_s = monotonic_s() + START_LIMIT_S
    while process.poll() is None and monotonic_s() < until_s:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
            return
        except OSError:
            sleep_s(0.1)
    raise RuntimeError(f"redis-server did not listen on port {port} in {START_LIMIT_S:g} s")
