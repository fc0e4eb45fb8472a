"""Whether a part of the installation is well: 0 if so, 1 and the reason if not.

``probe.py URL`` asks an address. ``probe.py services`` asks Redis (PREFECT_SERVER_DOCKET_URL) for
the heartbeat of Prefect's background services on this host, which have no address of their own.
Light on purpose: it is started anew every few seconds.
"""

from __future__ import annotations

import os
import socket
import sys
import time
import urllib.error
import urllib.request

LIMIT_S = 4.0
WORKERS = "prefect:workers"
"""Where those who do the services' work leave the time of their last sign, by host and process."""
LATE_S = 20.0
"""They leave one every two seconds."""


def ask(url: str) -> str:
    """Why the address is not well; nothing if it is."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(url, timeout=LIMIT_S):
            return ""
    except (OSError, urllib.error.HTTPError) as error:
        return f"{url}: {error}"


def look_at_services(url: str) -> str:
    """Why the services on this host are not well; nothing if they are."""
    import redis

    ours = f"{socket.gethostname()}#"
    try:
        with redis.Redis.from_url(
            url, socket_timeout=LIMIT_S, socket_connect_timeout=LIMIT_S, decode_responses=True
        ) as client:
            signs = client.zrangebyscore(WORKERS, time.time() - LATE_S, "+inf")
    except (redis.RedisError, OSError) as error:
        return f"Redis: {error}"
    return "" if any(name.startswith(ours) for name in signs) else "no sign of life in Redis"


def main() -> int:
    (what,) = sys.argv[1:]
    if what == "services":
        why = look_at_services(os.environ["PREFECT_SERVER_DOCKET_URL"])
    else:
        why = ask(what)
    sys.stderr.write(f"{why}\n" if why else "")
    return 1 if why else 0


if __name__ == "__main__":
    sys.exit(main())
