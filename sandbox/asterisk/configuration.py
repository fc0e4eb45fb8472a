"""How Asterisk is set up for the sample company: lines, queues, greetings, boxes and phones."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kitart.connectors.lines.sound import to_ulaw, to_wav
from kitart.plan.schema import Line, Plan
from kitart.settings import HOUSE
from sandbox.asterisk.sounds import beep, melody
from sandbox.ports import HOST

SHIPPED = HOUSE / "deploy" / "asterisk"
GREETING_S, QUEUE_S = 3.0, 2.0
MODULES = (
    "app_db", "app_dial", "app_playback", "app_queue", "app_stack", "app_voicemail", "app_verbose",
    "bridge_builtin_features", "bridge_native_rtp", "bridge_simple", "bridge_softmix",
    "bridge_holding", "cdr_custom", "chan_pjsip", "chan_bridge_media", "codec_ulaw", "codec_alaw",
    "codec_resample", "format_pcm", "format_wav", "format_sln", "func_callerid", "func_cdr",
    "func_channel", "func_cut", "func_db", "func_lock", "func_logic", "func_strings",
    "func_pjsip_endpoint", "func_pjsip_contact", "func_pjsip_aor", "pbx_config", "res_ari",
    "res_ari_asterisk", "res_ari_endpoints", "res_ari_model", "res_crypto", "res_http_websocket",
    "res_musiconhold", "res_pjproject", "res_pjsip", "res_pjsip_authenticator_digest",
    "res_pjsip_caller_id", "res_pjsip_endpoint_identifier_ip", "res_pjsip_header_funcs",
    "res_pjsip_endpoint_identifier_user", "res_pjsip_nat", "res_pjsip_pubsub",
    "res_pjsip_registrar", "res_pjsip_sdp_rtp", "res_pjsip_session", "res_rtp_asterisk",
    "res_sorcery_astdb", "res_sorcery_config", "res_sorcery_memory", "res_stasis",
    "res_timing_timerfd",
)  # fmt: skip


@dataclass(frozen=True)
class Wishes:
    """What a telephone system is to be like; ports on loopback, and the secrets it asks for."""

    folder: Path
    run_folder: Path
    plan: Plan
    http_port: int
    manager_port: int
    sip_port: int
    first_rtp_port: int
    password: str
    phone_password: str
    caller: str
    most_messages: int = 100


def lay_out(wishes: Wishes, root: Path) -> None:
    """Write all that Asterisk needs into the folder; ``root`` is where it was unpacked."""
    folder = wishes.folder
    for part in ("etc", "log/cdr-custom", "spool/voicemail", "var", "data", "greetings"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    for part in ("documentation", "rest-api"):
        link = folder / "data" / part
        if not link.exists():
            link.symlink_to(root / "usr/share/asterisk" / part)
    # What Kitart reads of the record and the boxes, behind Asterisk's own sign-in.
    private = folder / "data/static-http/private/kitart"
    private.mkdir(parents=True, exist_ok=True)
    for name, target in (("cdr", "log/cdr-custom"), ("voicemail", "spool/voicemail")):
        if not (private / name).exists():
            (private / name).symlink_to(folder / target)
    for file in SHIPPED.glob("*.conf"):
        shutil.copy(file, folder / "etc" / file.name)
    for name, text in _files(wishes, root):
        file = folder / "etc" / name
        file.touch(mode=0o600)
        file.write_text(text)
    _record(wishes)


def queue_name(line: Line) -> str:
    """The queue of a line, named as docs/connect.md says."""
    return f"{line.project}-{line.lang}"


def greetings_of(plan: Plan, line: Line) -> tuple[str, ...]:
    """The languages that a line's voicemail greets in."""
    return tuple(line.greeting_languages or plan.project(line.project).voicemail.greeting_languages)


def _record(wishes: Wishes) -> None:
    """Greetings and announcements, as Asterisk plays them, and as a listener compares them."""
    sounds = wishes.folder / "data/sounds/en"
    (sounds / "kitart").mkdir(parents=True, exist_ok=True)
    (sounds / "beep.ulaw").write_bytes(to_ulaw(beep()))
    (sounds / "vm-mailboxfull.ulaw").write_bytes(to_ulaw(melody("mailbox full", 1.5)))
    languages = {each for line in wishes.plan.lines for each in greetings_of(wishes.plan, line)}
    for language in sorted(languages | {line.lang for line in wishes.plan.lines}):
        for kind, length_s in (("box", GREETING_S), ("queue", QUEUE_S), ("notice", GREETING_S)):
            samples = melody(f"{kind} {language}", length_s)
            (sounds / "kitart" / f"{kind}-{language}.ulaw").write_bytes(to_ulaw(samples))
            (wishes.folder / "greetings" / f"{kind}-{language}.wav").write_bytes(to_wav(samples))


def _files(wishes: Wishes, root: Path) -> Iterator[tuple[str, str]]:
    folder, plan = wishes.folder, wishes.plan
    yield (
        "asterisk.conf",
        (
            f"[directories]\nastetcdir => {folder}/etc\n"
            f"astmoddir => {root}/usr/lib/asterisk/modules\n"
            f"astvarlibdir => {folder}/var\nastdbdir => {folder}/var\nastkeydir => {folder}/var\n"
            f"astdatadir => {folder}/data\nastagidir => {folder}/data\n"
            f"astspooldir => {folder}/spool\n"
            f"astrundir => {wishes.run_folder}\nastlogdir => {folder}/log\n"
            f"astsbindir => {root}/usr/sbin\n"
            "[options]\nverbose = 3\n"
        ),
    )
    yield (
        "modules.conf",
        "[modules]\nautoload=no\n" + "".join(f"load={name}.so\n" for name in MODULES),
    )
    yield "logger.conf", "[general]\n[logfiles]\nmessages.log => notice,warning,error,verbose\n"
    yield (
        "http.conf",
        (
            f"[general]\nenabled=yes\nbindaddr={HOST}\nbindport={wishes.http_port}\nenable_static=yes\n"
            "sessionlimit=200\n"
        ),
    )
    yield (
        "manager.conf",
        (
            f"[general]\nenabled=yes\nwebenabled=yes\nbindaddr={HOST}\nport={wishes.manager_port}\n"
            "httptimeout=60\n\n[kitart]\n"
            f"secret={wishes.password}\nread=call,agent,reporting\n"
            "write=system,call,agent,reporting,originate\n"
        ),
    )
    yield (
        "ari.conf",
        (
            "[general]\nenabled=yes\n\n[kitart]\ntype=user\nread_only=yes\n"
            f"password={wishes.password}\npassword_format=plain\n"
        ),
    )
    yield "acl.conf", ""
    yield "cdr.conf", "[general]\nenable=yes\nunanswered=yes\nendbeforehexten=no\n"
    yield "cdr_custom.conf", "[mappings]\n#include kitart-cdr.conf\n"
    yield (
        "rtp.conf",
        (f"[general]\nrtpstart={wishes.first_rtp_port}\nrtpend={wishes.first_rtp_port + 199}\n"),
    )
    for name in ("ccss", "cel", "features", "indications", "musiconhold", "pjproject", "udptl"):
        yield f"{name}.conf", "[general]\n"
    yield (
        "queues.conf",
        (
            "[general]\npersistentmembers=yes\n"
            "[of-a-line](!)\nstrategy=rrmemory\nringinuse=no\ntimeout=15\nretry=1\n"
            "setqueueentryvar=yes\nsetinterfacevar=yes\njoinempty=yes\nleavewhenempty=no\n"
            + "".join(f"[{queue_name(line)}](of-a-line)\n" for line in plan.lines)
        ),
    )
    yield (
        "voicemail.conf",
        (
            f"[general]\nformat=wav\nmaxmsg={wishes.most_messages}\nmaxsecs=120\nminsecs=1\n"
            "maxsilence=0\nsendvoicemail=no\nmaxgreet=60\n\n[kitart]\n"
            + "".join(f"{line.id} => ,{line.project} {line.lang}\n" for line in plan.lines)
        ),
    )
    yield "pjsip.conf", _phones(wishes)
    yield "extensions.conf", _dialplan(wishes)


def _phones(wishes: Wishes) -> str:
    """One trunk from outside, and a phone for each agent."""
    trunk = (
        "[global]\ntype=global\nendpoint_identifier_order=username,auth_username\n\n"
        f"[loopback]\ntype=transport\nprotocol=udp\nbind={HOST}:{wishes.sip_port}\n\n"
        "[trunk]\ntype=endpoint\ncontext=from-outside\ndisallow=all\nallow=ulaw\nauth=trunk\n"
        f"identify_by=auth_username\ndirect_media=no\n\n[trunk]\ntype=auth\nusername=trunk\npassword={wishes.phone_password}\n\n"
        "[phone](!)\ntype=endpoint\ncontext=nowhere\ndisallow=all\nallow=ulaw\ndirect_media=no\n\n"
        "[phone-auth](!)\ntype=auth\n"
        f"password={wishes.phone_password}\n\n[phone-aor](!)\ntype=aor\nmax_contacts=1\nremove_existing=yes\n\n"
    )
    return trunk + "".join(
        f"[{agent.id}](phone)\nauth={agent.id}\naors={agent.id}\ncallerid={agent.id} <{agent.id}>\n"
        f"[{agent.id}](phone-auth)\nusername={agent.id}\n[{agent.id}](phone-aor)\n"
        for agent in wishes.plan.agents
    )


def _dialplan(wishes: Wishes) -> str:
    text = "#include kitart-extensions.conf\n\n[nowhere]\n\n[from-outside]\n"
    for line in wishes.plan.lines:
        boxes = "&".join(f"kitart/box-{each}" for each in greetings_of(wishes.plan, line))
        queue = queue_name(line)
        text += (
            f"exten => {line.number},1,Gosub(kitart-line,start,1({line.id},{queue},{boxes},"
            f"kitart/notice-{line.lang}))\n"
            f" same => n,Answer(300)\n same => n,Playback(kitart/queue-{line.lang})\n"
            f" same => n,Queue({queue},,,,300)\n same => n,Hangup()\n"
        )
    return text
