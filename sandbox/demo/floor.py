"""The agents in a demo: they log in and out, write text messages, fill in their own page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kitart.plan.schema import Plan
from kitart.rules.rosters import agents_on_shift
from sandbox.demo.outside import Window
from sandbox.pages import hidden_fields
from sandbox.stack import Stack
from sandbox.visiting import fetch
from sandbox.world import SMS_SENDER


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

    def write(self, agent: str, text: str) -> str:
        """An agent sends a text message to our number; what was answered if it was not taken."""
        phone = next(c.address for c in self.plan.agent(agent).channels if c.kind == "sms")
        order = {"from": phone, "to": SMS_SENDER, "body": text}
        told = self.window.put("sms", "/sandbox/sms/inbound", order, method="POST")
        return "" if told["answered"] == 200 else str(told["answered"])

    def fill_in(self, agent: str, form: Mapping[str, str]) -> str:
        """An agent opens the page behind the standing link and sends the form there; what was
        answered if it was not taken."""
        status = self._filled_in(self.links[agent], form)
        return "" if status == 200 else str(status)

    def _filled_in(self, link: str, form: Mapping[str, str]) -> int | None:
        status, page = fetch("GET", f"{link}?safe={form.get('safe', 'yes')}")
        if status == 200:
            filled = {**hidden_fields(page), **form}
            status, page = fetch("POST", link, list(filled.items()))
        return status

    def _put(self, agents: Iterable[str], state: str | None) -> None:
        self.window.put("vcc", "/sandbox/agents", {"agents": list(agents), "state": state})
