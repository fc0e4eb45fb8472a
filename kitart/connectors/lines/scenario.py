"""What ``sipp`` is to do: place one call, and hang up when it is told to or when the other does.

It is told by a request that reaches it in the call's own name: an INFO, which no answer follows.
"""

from __future__ import annotations

from dataclasses import dataclass
from string import Template

RING_LIMIT_MS, TALK_LIMIT_MS, ANSWER_LIMIT_MS = 30_000, 120_000, 8_000
_HEAD = """
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
Max-Forwards: 70
From: "$shown" <sip:$caller@$domain>;tag=kitart[pid]
"""
_INVITE = (
    "INVITE sip:$number@$domain SIP/2.0"
    + _HEAD
    + """To: <sip:$number@$domain>
Call-ID: [call_id]
CSeq: $turn INVITE
Contact: <sip:$caller@[local_ip]:[local_port]>
${credentials}User-Agent: Kitart
Allow: INVITE, ACK, BYE, CANCEL, INFO
Content-Type: application/sdp
Content-Length: [len]

v=0
o=kitart 1 $turn IN IP4 $media_host
s=-
c=IN IP4 $media_host
t=0 0
m=audio $media_port RTP/AVP 0
a=rtpmap:0 PCMU/8000
a=ptime:20
"""
)
_REST = """To: <sip:$number@$domain>[peer_tag_param]
Call-ID: [call_id]
CSeq: $turn $method
Contact: <sip:$caller@[local_ip]:[local_port]>
Content-Length: 0
"""
_RINGS = """
  <recv response="100" optional="true"/>
  <recv response="180" optional="true"/>
  <recv response="183" optional="true"/>
"""


@dataclass(frozen=True)
class Wanted:
    """One call: whom, as whom, by which server, and where its sound is to be sent."""

    number: str
    domain: str
    caller: str
    user: str
    password: str
    media_host: str
    media_port: int


def scenario(wanted: Wanted) -> str:
    """The scenario as ``sipp`` reads it. It holds the password: keep the file to yourself."""
    credentials = f"[authentication username={wanted.user} password={wanted.password}]\n"

    def request(template: str, turn: int, method: str = "", credentials: str = "") -> str:
        return Template(template).substitute(
            number=wanted.number, domain=wanted.domain, caller=wanted.caller, shown="Kitart",
            turn=turn, method=method, credentials=credentials, media_host=wanted.media_host,
            media_port=wanted.media_port,
        )  # fmt: skip

    def rest(method: str, turn: int, target: str = "[next_url]") -> str:
        return request(f"{method} {target} SIP/2.0" + _HEAD + _REST, turn, method)

    own = f"sip:{wanted.number}@{wanted.domain}"
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<scenario name="a call to a line">
  <send retrans="500"><![CDATA[
{request(_INVITE, 1)}
]]></send>{_RINGS}
  <recv response="401" auth="true" optional="true" next="signed"/>
  <recv response="407" auth="true" optional="true" next="signed"/>
  <recv response="200" rrs="true" timeout="{RING_LIMIT_MS}" ontimeout="cancel" next="answered"/>
  <label id="signed"/>
  <send><![CDATA[
{rest("ACK", 1, own)}
]]></send>
  <send retrans="500"><![CDATA[
{request(_INVITE, 2, credentials=credentials)}
]]></send>{_RINGS}
  <recv response="200" rrs="true" timeout="{RING_LIMIT_MS}" ontimeout="cancel"/>
  <label id="answered"/>
  <send><![CDATA[
{rest("ACK", 2)}
]]></send>
  <recv request="BYE" optional="true" next="theirs"/>
  <recv request="INFO" timeout="{TALK_LIMIT_MS}" ontimeout="ours"/>
  <label id="ours"/>
  <send retrans="500"><![CDATA[
{rest("BYE", 3)}
]]></send>
  <recv response="200" timeout="{ANSWER_LIMIT_MS}" ontimeout="over" next="over"/>
  <label id="theirs"/>
  <send next="over"><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
  <label id="cancel"/>
  <send retrans="500"><![CDATA[
{rest("CANCEL", 2, own)}
]]></send>
  <recv response="200" optional="true"/>
  <recv response="487" timeout="{ANSWER_LIMIT_MS}" ontimeout="over"/>
  <send><![CDATA[
{rest("ACK", 2, own)}
]]></send>
  <label id="over"/>
</scenario>
"""


def hang_up(call_id: str, host: str, port: int) -> bytes:
    """What tells ``sipp``, at ``host`` and ``port``, to end the call."""
    return (
        f"INFO sip:kitart@{host}:{port} SIP/2.0\r\n"
        f"Via: SIP/2.0/UDP {host}:9;branch=z9hG4bK-over\r\n"
        "From: <sip:kitart@localhost>;tag=over\r\nTo: <sip:kitart@localhost>\r\n"
        f"Call-ID: {call_id}\r\nCSeq: 9 INFO\r\nContent-Length: 0\r\n\r\n"
    ).encode()
