"""What a call of Kitart's own to a line has found, in people's words (R42, E45)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from kitart.language import Phrase, in_all_languages, in_language, phrase
from kitart.plan.schema import Plan
from kitart.reports.wording import Wording
from kitart.rules.line_proof import Flaw, Met

MET = {
    Met.VOICEMAIL: phrase("voicemail answered"),
    Met.NOTICE: phrase("the recorded notice answered"),
    Met.QUEUE: phrase("the queue answered"),
    Met.NOBODY: phrase("nobody answered"),
    Met.UNKNOWN: phrase("something answered that is none of the recordings"),
}


def finding(plan: Plan, call: Mapping[str, Any]) -> Phrase:
    """The call in one line, as the timeline and the question to a person have it."""
    return _joined(_parts(plan, call))


def called(plan: Plan, call: Mapping[str, Any] | None) -> list[str]:
    """The line for the person who is asked to call after us; nothing where we did not."""
    if call is None or "met" not in call:
        return []
    return [phrase("Kitart called it itself: {finding}", finding=finding(plan, call))]


def _parts(plan: Plan, call: Mapping[str, Any]) -> Iterator[str]:
    met = Met(call["met"])
    if met is Met.AGENT:
        yield phrase("{agent} answered", agent=call["agent"] or phrase("an agent"))
    elif met is Met.NOBODY and call["status"]:
        yield phrase("nobody answered (SIP {status})", status=call["status"])
    else:
        yield MET[met]
    kind = {"voicemail": "box", "notice": "notice"}.get(call["wanted"])
    heard = [name.partition("-")[2] for name in call["sounds"] if name.partition("-")[0] == kind]
    if heard:
        yield phrase("recording heard in: {languages}", languages=_languages(plan, heard))
    yield from (_fault(plan, Flaw(flaw), about) for flaw, about in call["faults"]
                if Flaw(flaw) is not Flaw.NOT_ANSWERED)  # fmt: skip
    message = call["message"]
    if message and message["id"]:
        yield phrase(
            "the message is in the box, {seconds} s ({id})",
            seconds=round(message["length_s"]), id=message["id"],
        )  # fmt: skip
    if call["record"]:
        yield phrase("call record {record}", record=call["record"])
    elif met is not Met.NOBODY:
        yield phrase("no call record yet")


def _fault(plan: Plan, flaw: Flaw, about: str) -> Phrase:
    if flaw is Flaw.NO_RECORDING:
        return phrase(
            "there is no recording to compare in: {language}", language=_languages(plan, [about])
        )
    if flaw is Flaw.NOT_HEARD:
        return phrase("not heard in: {language}", language=_languages(plan, [about]))
    if flaw is Flaw.SHORT:
        return phrase("the message in the box is too short ({length})", length=about)
    return {
        Flaw.SILENT: phrase("nothing was heard"),
        Flaw.OTHERWISE: phrase("that is not as ordered"),
        Flaw.NOT_LISTED: phrase("Kitart can't look into the box"),
        Flaw.NO_MESSAGE: phrase("the message is not in the box (is it full?)"),
        Flaw.FAINT: phrase("the message in the box can't be heard"),
    }[flaw]


def _languages(plan: Plan, codes: Sequence[str]) -> Phrase:
    zone = plan.company.time_zone
    return in_all_languages(
        lambda lang: ", ".join(Wording(zone, lang).language_name(each) for each in codes)
    )


def _joined(parts: Iterable[str]) -> Phrase:
    found = list(parts)
    return in_all_languages(lambda lang: "; ".join(in_language(each, lang) for each in found))
