"""The fence around an exercise, and that there is no way around it (D4, DESIGN decision 10)."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kitart.connectors.errors import ConnectorError
from kitart.connectors.fence import Fence, Fenced, key
from kitart.connectors.outward import Outward
from kitart.plan.loading import load_plan

HOUSE = Path(__file__).parents[3]
CONNECTORS = {"sms", "calls", "microsoft", "smtp", "teams", "chats", "voice", "line_prober"}
HAS_THEM = ("inst", "installation()", "_with")
"""What a name ends with that stands for the installation, by the house's own habit."""
ONLY_LOOKS = {
    "rest_s", "capabilities", "health", "routing", "agents", "calls", "users", "voicemails",
    "probe", "announced_health", "file_stamp", "lacking", "voicemail_sound",
    # Documents in the company's own library: nobody is reached by these.
    "upload", "describe", "upsert_register_row",
}  # fmt: skip
MAKES_THEM = {"kitart/installation.py", "kitart/connectors/outward.py"}
CLASSES = {
    "SmsGateway", "CallGateway", "MicrosoftTenant", "SmtpRelay", "TeamsWorkflows", "AppriseChats",
    "VccLive", "Asterisk", "LineProber",
}  # fmt: skip
PLAN = load_plan(HOUSE / "config")
FENCE = Fence(
    "INC-0001",
    {key("sms", "+447700900112"): "ERT-1", key("mail", "ert-1@kitart.example"): "ERT-1"},
    lines=frozenset({"line-11"}),
)


def files() -> Iterator[tuple[str, ast.Module]]:
    for folder in ("kitart", "flows", "tasks"):
        for path in (HOUSE / folder).rglob("*.py"):
            yield str(path.relative_to(HOUSE)), ast.parse(path.read_text(encoding="utf-8"))


@pytest.mark.covers("D4")
def test_nothing_sends_or_switches_but_by_the_one_way_out() -> None:
    found = []
    for name, tree in files():
        parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Attribute) and node.attr in CONNECTORS):
                continue
            has_them = ast.unparse(node.value).endswith(HAS_THEM)
            # "kitart connect" tries each connection, with an address that the operator types.
            if not has_them or name in MAKES_THEM or name.startswith("kitart/connecting/"):
                continue
            above = parents[node]
            looks = isinstance(above, ast.Attribute) and above.attr in ONLY_LOOKS
            if not looks:
                found.append(f"{name}:{node.lineno}: {ast.unparse(above)}")
    assert found == [], "use inst.fenced(incident) instead"


@pytest.mark.covers("D4")
def test_nobody_makes_a_connector_of_their_own() -> None:
    found = [
        f"{name}:{node.lineno}: {ast.unparse(node.func)}"
        for name, tree in files()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).rpartition(".")[2] in CLASSES
        and name not in MAKES_THEM
        and not name.startswith("kitart/connecting/")
    ]
    assert found == [], "take it from the installation, through inst.fenced(incident)"


@pytest.mark.covers("D4")
def test_a_player_is_let_through_however_the_address_is_written() -> None:
    FENCE.let_through("sms", "+447700900112", "ERT-1")
    FENCE.let_through("mail", " ERT-1@Kitart.example", "ERT-1")


@pytest.mark.covers("D4")
@pytest.mark.parametrize(
    ("channel", "address"),
    [("sms", "+447700900113"), ("voice", "+447700900112"), ("mail", "cl-1@client.example")],
)
def test_everybody_else_is_refused_for_good(channel: str, address: str) -> None:
    with pytest.raises(Fenced, match=f"{channel} to CL-1: outside the exercise INC-0001") as caught:
        FENCE.let_through(channel, address, "CL-1")
    assert isinstance(caught.value, ConnectorError)
    assert caught.value.permanent


@pytest.mark.covers("D4")
def test_an_outsiders_address_is_refused_also_where_a_player_has_it_by_mistake() -> None:
    fence = Fence("INC-0001", FENCE.addresses, never=frozenset({"+447700900112"}))
    with pytest.raises(Fenced, match="outside the exercise"):
        fence.let_through("sms", "+447700900112", "ERT-1", "exercise-over")


@pytest.mark.covers("E40")
def test_who_has_left_hears_that_and_nothing_else() -> None:
    fence = Fence("INC-0001", FENCE.addresses, gone={"ERT-1": "has left the exercise"})
    with pytest.raises(Fenced, match="sms to ERT-1: has left the exercise"):
        fence.let_through("sms", "+447700900112", "ERT-1")
    fence.let_through("sms", "+447700900112", "ERT-1", "exercise-over")


@pytest.mark.covers("D4")
def test_once_it_is_over_only_what_takes_back_passes() -> None:
    fence = Fence("INC-0001", FENCE.addresses, over=True)
    with pytest.raises(Fenced, match="the exercise INC-0001 is over"):
        fence.let_through("sms", "+447700900112", "ERT-1", "ert-alarm")
    for purpose in ("stand-down", "withdrawn", "exercise-over"):
        fence.let_through("sms", "+447700900112", "ERT-1", purpose)


@pytest.mark.covers("D14")
def test_a_channel_that_is_played_dead_carries_nothing() -> None:
    fence = Fence("INC-0001", FENCE.addresses, dead=frozenset({"sms"}))
    with pytest.raises(Fenced, match="plays sms as dead"):
        fence.let_through("sms", "+447700900112", "ERT-1")
    fence.let_through("mail", "ert-1@kitart.example", "ERT-1")


@pytest.mark.covers("D4", "R38")
def test_a_line_out_of_scope_is_not_touched() -> None:
    FENCE.let_touch("line-11")
    with pytest.raises(Fenced, match="line line-12: outside the exercise INC-0001"):
        FENCE.let_touch("line-12")


class NoConnectors:
    """Whoever takes a connector of it fails."""

    def __getattr__(self, name: str) -> object:
        raise AssertionError(f"{name} was used")


@pytest.mark.covers("D4")
@pytest.mark.parametrize(
    "channel", ["sms", "call", "tenant", "relay", "teams", "chat", "line", "probe"]
)
def test_each_way_out_asks_the_fence_first_and_the_refusal_is_heard(channel: str) -> None:
    heard: list[tuple[str, str]] = []
    out = Outward(NoConnectors(), FENCE, lambda kind, why: heard.append((kind, why)))  # type: ignore[arg-type]
    ways: dict[str, Callable[[], object]] = {
        "sms": lambda: out.sms("+1", "x", message_key="k", status_callback=None, whom="CL-1"),
        "call": lambda: out.call("+1", "x", status_callback="x", whom="CL-1"),
        "tenant": lambda: out.mail_by_tenant(
            "a@b.example", "s", None, "x", message_key="k", attachments=(), whom="CL-1"
        ),
        "relay": lambda: out.mail_by_relay(
            "a@b.example", "s", "x", "x", message_key="k", attachments=(), whom="CL-1"
        ),
        "teams": lambda: out.teams("all", {}, whom="CL-1"),
        "chat": lambda: out.chat("all", "x", title="", whom="CL-1"),
        "line": lambda: out.set_emergency("line-12", True, 0, set_by="AM-1", mode="voicemail"),
        "probe": lambda: out.probe(PLAN.line("line-12"), ("fr",), message=False),
    }
    with pytest.raises(Fenced):
        ways[channel]()
    assert len(heard) == 1
    assert "outside the exercise" in heard[0][1]
