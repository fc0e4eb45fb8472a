"""The agents in a demo: they log in and out, write text messages, fill in their own page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kitart.clock import monotonic_s, sleep_s
from kitart.plan.schema import Plan
from kitart.rules.rosters import agents_on_shift
from sandbox.demo.outside import Window
from sandbox.pages import hidden_fields
from sandbox.stack import Stack
from sandbox.visiting import fetch
from sandbox.world import SMS_SENDER

SENT_AGAIN_FOR_S = 60.0
"""Real seconds for which an agent says again what nobody took."""


class NotTaken(Exception):
    """The gateway did not take what an agent said; the message names both."""


@dataclass
class Floor:
    """Everybody who answers calls, on one stack."""

    stack: Stack
    plan: Plan
    window: Window
    links: dict[str, str] = field(default_factory=dict)

    def opens(self, with_link: Iterable[str]) -> None:
        """The phone system shows whom the roster has on shift; some have a link to their page."""
        self.links |= {agent: self.stack.command("link", agent) for agent in with_link}
        self.log_out([agent.id for agent in self.plan.agents])
        self.log_in([agent.id for agent in agents_on_shift(self.plan, self.stack.clock.now())])

    def log_in(self, agents: Iterable[str]) -> None:
        """Agents are at the phone system, ready for calls."""
        self._put(agents, "AVAILABLE4CALL")

    def log_out(self, agents: Iterable[str]) -> None:
        """Agents are gone from the phone system."""
        self._put(agents, None)

    def write(self, agent: str, text: str) -> None:
        """An agent sends a text message to our number."""
        phone = next(c.address for c in self.plan.agent(agent).channels if c.kind == "sms")
        order = {"from": phone, "to": SMS_SENDER, "body": text}
        told = self.window.put("sms", "/sandbox/sms/inbound", order, method="POST")
        until_s = monotonic_s() + SENT_AGAIN_FOR_S
        while told["answered"] != 200 and monotonic_s() < until_s:
            sleep_s(1)  # an agent who hears nothing writes again
            told = self.window.put("sms", "/sandbox/sms/inbound", order, method="POST")
        if told["answered"] != 200:
            raise NotTaken(f"the gateway did not take {agent}'s message: {told['answered']}")

    def fill_in(self, agent: str, form: Mapping[str, str]) -> None:
        """An agent opens the page behind the standing link and sends the form there."""
        link = self.links[agent]
        until_s = monotonic_s() + SENT_AGAIN_FOR_S
        while (status := self._filled_in(link, form)) != 200 and monotonic_s() < until_s:
            sleep_s(1)
        if status != 200:
            raise NotTaken(f"the gateway did not take {agent}'s form: {status}")

    def _filled_in(self, link: str, form: Mapping[str, str]) -> int | None:
        status, page = fetch("GET", f"{link}?safe={form.get('safe', 'yes')}")
        if status == 200:
            filled = {**hidden_fields(page), **form}
            status, page = fetch("POST", link, list(filled.items()))
        return status

    def _put(self, agents: Iterable[str], state: str | None) -> None:
        self.window.put("vcc", "/sandbox/agents", {"agents": list(agents), "state": state})
