"""The agents' phones at the sandbox's Asterisk: SIP phones that register, ring and answer.

One process of ``sipp`` answers for all; another registers those who log in. Being registered is
the phone; being in a queue is said to the manager, as a softphone's login button does it.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path

from kitart.clock import sleep_s
from kitart.connectors.asterisk.manager import Manager, Refused
from kitart.connectors.http import HttpClient
from kitart.connectors.lines.sound import to_ulaw
from sandbox.asterisk.configuration import queue_name
from sandbox.asterisk.packages import sipp_program
from sandbox.asterisk.pbx import Pbx
from sandbox.asterisk.sounds import melody
from sandbox.ports import HOST, Ports
from sandbox.processes import ProcessTrouble
from sandbox.skills import skilled

SCENARIOS = Path(__file__).parent
FOR_S = 3600
LIMIT_S = 20.0
AGENT_S = 2.0


class Phones:
    """Everybody's phone, for one telephone system; ``stop`` ends them all.

    Raises ``NotToBeHad`` where there is no ``sipp``.
    """

    def __init__(self, pbx: Pbx) -> None:
        self._sipp = sipp_program()
        self._pbx = pbx
        self._ports = Ports()
        self._port = self._ports.choose("the agents' phones", 0)
        self._folder = pbx.wishes.folder / "phones"
        self._folder.mkdir(exist_ok=True)
        (self._folder / "agent.ulaw").write_bytes(to_ulaw(melody("agent", AGENT_S)))
        self._answering: subprocess.Popen[bytes] | None = None
        self._times = 0
        self.there: list[str] = []
        self.manager = Manager(HttpClient(pbx.url), "kitart", pbx.wishes.password)
        plan = pbx.wishes.plan
        # Who is asked first for a line's calls comes first in its queue.
        order = {queue_name(line): skilled(plan, line) for line in plan.lines}
        self._queues = {
            agent.id: {
                queue: codes.index(agent.id) for queue, codes in order.items() if agent.id in codes
            }
            for agent in plan.agents
        }

    def start(self) -> None:
        """From now on a phone that is registered answers when it rings."""
        with (self._folder / "answering.log").open("ab") as log:
            self._answering = subprocess.Popen(
                [self._sipp, "-sf", str(SCENARIOS / "answer.xml"), "-i", HOST, "-p",
                 str(self._port), "-mi", HOST, "-nostdin", "-aa"],
                cwd=self._folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        sleep_s(0.3)
        if self._answering.poll() is not None:
            raise ProcessTrouble(f"the agents' phones did not come up: {self._folder}")

    def log_in(self, agents: Iterable[str]) -> None:
        """Register these phones, and put them into their queues."""
        codes = list(agents)
        self._register(codes, FOR_S)
        self.there = sorted({*self.there, *codes})
        for code in codes:
            for queue, place in self._queues[code].items():
                self._quietly(
                    "QueueAdd", Queue=queue, Interface=f"PJSIP/{code}", MemberName=code,
                    Penalty=str(place),
                )  # fmt: skip

    def log_out(self, agents: Iterable[str]) -> None:
        """Take them out of their queues, and sign the phones off."""
        codes = list(agents)
        for code in codes:
            self.leave_queues(code)
        self._register(codes, 0)
        self.there = sorted({*self.there} - {*codes})

    def leave_queues(self, agent: str) -> None:
        """An agent whose phone stays signed on, and rings for no queue."""
        for queue in self._queues[agent]:
            self._quietly("QueueRemove", Queue=queue, Interface=f"PJSIP/{agent}")

    def unplug(self, agent: str) -> None:
        """A phone that is gone while its agent is still in the queues."""
        self._register([agent], 0)

    def pause(self, agent: str, paused: bool) -> None:
        """A break, in all queues."""
        self.manager.act("QueuePause", Interface=f"PJSIP/{agent}", Paused=str(paused).lower())

    def stop(self) -> None:
        """End the phones; what they registered lapses by itself."""
        if self._answering is not None:
            self._answering.kill()
            self._answering.wait(LIMIT_S)
        self._ports.release()

    def _quietly(self, action: str, **fields: str) -> None:
        """Who is in already, or out already, stays so."""
        try:
            self.manager.act(action, **fields)
        except Refused as refused:
            if not any(word in refused.said for word in ("Already there", "Not there")):
                raise

    def _register(self, agents: list[str], for_s: int) -> None:
        if not agents:
            return
        self._times += 1
        fields = self._folder / f"register-{self._times}.csv"
        secret = self._pbx.wishes.phone_password
        signed = {a: f"[authentication username={a} password={secret}]" for a in agents}
        fields.write_text(
            "SEQUENTIAL\n" + "".join(f"{a};{signed[a]};{for_s};{self._port}\n" for a in agents)
        )
        done = subprocess.run(
            [self._sipp, "-sf", str(SCENARIOS / "register.xml"), self._pbx.sip_server,
             "-inf", str(fields), "-m", str(len(agents)), "-r", "50", "-i", HOST, "-nostdin",
             "-timeout", str(int(LIMIT_S))],
            cwd=self._folder, capture_output=True, text=True, timeout=2 * LIMIT_S, check=False,
        )  # fmt: skip
        fields.unlink()
        if done.returncode:
            raise ProcessTrouble(f"{len(agents)} phones could not register: {done.stderr[-500:]}")
