"""What the monitors post: new problems, the same again, old letters, and that they are over."""

from __future__ import annotations

import json
import random
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.load.company import SOURCES, service

COMES_AND_GOES = 5
"""Each fifth of the problems that stay ends now and then, and begins again."""
OVER_SHARE, OLD_SHARE = 0.01, 0.05
OVER_FOR = 10
"""After so many more posts a problem that was over is there again."""
REMEMBERED = 200


@dataclass(frozen=True)
class Said:
    """One run of a problem, as an alert names it: its key and its start."""

    problem: int
    key: str
    start: str


@dataclass(frozen=True)
class Post:
    """One post of a source, and what it speaks of."""

    source: str
    body: bytes
    about: Sequence[Said]


class Monitors:
    """Says what is posted next; ``seed`` decides. Problems up to ``staying`` stay, the others are
    told once each (``begin``)."""

    def __init__(self, staying: int, seed: int) -> None:
        self._staying = staying
        self._chance = random.Random(seed)
        self._starts: dict[int, datetime] = {}
        self._unheard: set[Said] = set()
        self._over: deque[tuple[int, int]] = deque()
        self._old: deque[Post] = deque(maxlen=REMEMBERED)
        self._posts = 0

    def begin(self, problem: int, now: datetime) -> Post:
        """The first that is heard of a problem."""
        self._starts[problem] = now
        post = self._post(problem, [self._alert(problem, now)])
        self._unheard.update(post.about)
        return post

    def heard(self, post: Post) -> None:
        """It was taken: only now may its problem end. A monitor posts one thing of a problem after
        the other, and a beginning that its end overtook is an old letter (E33)."""
        self._unheard.difference_update(post.about)

    def next(self, now: datetime) -> Post:
        """What is posted next, once all that stay have begun."""
        self._posts += 1
        if self._over and self._posts - self._over[0][1] >= OVER_FOR:
            problem, _ = self._over.popleft()
            return self.begin(problem, now)
        luck = self._chance.random()
        if luck < OVER_SHARE:
            return self._end(now)
        if luck < OVER_SHARE + OLD_SHARE and self._old:
            return self._chance.choice(self._old)
        problem = self._chance.choice([n for n in range(self._staying) if not self._is_over(n)])
        return self._post(problem, [self._alert(problem)])

    def _end(self, now: datetime) -> Post:
        unheard = {said.problem for said in self._unheard}
        going = [n for n in range(0, self._staying, COMES_AND_GOES)
                 if n not in unheard and not self._is_over(n)]  # fmt: skip
        if not going:
            return self.next(now)
        problem = self._chance.choice(going)
        self._over.append((problem, self._posts))
        return self._post(problem, [self._alert(problem, ended=now)])

    def _is_over(self, problem: int) -> bool:
        return any(problem == each for each, _ in self._over)

    def _alert(
        self, problem: int, start: datetime | None = None, ended: datetime | None = None
    ) -> dict[str, Any]:
        return {
            "status": "resolved" if ended else "firing",
            "labels": {"alertname": "Down", "service": service(problem), "severity": "critical"},
            "annotations": {
                "summary": f"Problem {problem} of the load", "description": "x" * 300,
            },
            "startsAt": (start or self._starts[problem]).isoformat(),
            "endsAt": ended.isoformat() if ended else "0001-01-01T00:00:00Z",
            "generatorURL": "https://monitor.example/graph",
            "fingerprint": key_of(problem),
        }  # fmt: skip

    def _post(self, problem: int, alerts: Sequence[dict[str, Any]]) -> Post:
        source = SOURCES[problem % len(SOURCES)]
        status = alerts[-1]["status"]
        body: dict[str, Any] = {
            "version": "4", "receiver": "kitart", "status": status, "alerts": alerts,
            "groupKey": f'{{}}:{{service="{service(problem)}"}}', "truncatedAlerts": 0,
            "externalURL": "https://monitor.example",
        }  # fmt: skip
        if source == "grafana":
            title = f"[{str(status).upper()}:1] Down {service(problem)}"
            body |= {"version": "1", "orgId": 1, "title": title, "state": "alerting"}
        about = [Said(problem, key_of(problem), alert["startsAt"]) for alert in alerts]
        post = Post(source, json.dumps(body).encode(), about)
        self._old.append(post)
        return post


def key_of(problem: int) -> str:
    """How the monitors know a problem again."""
    return f"load{problem:012x}"


@dataclass
class Accepted:
    """What was answered 2xx: how often each run of a problem, and the incidents that were named
    for a problem."""

    times: Counter[Said]
    numbers: dict[int, str]

    @classmethod
    def none(cls) -> Accepted:
        """Nothing yet."""
        return cls(Counter(), {})
