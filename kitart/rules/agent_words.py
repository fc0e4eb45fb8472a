"""What an agent's SMS says, in English or Hungarian: a number, "out", "works again", danger (R17).

Pure. Nobody in an emergency writes as a form wants it, so words are guessed at; on the safe side:
a word of danger counts as one.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

NUMBERED = re.compile(
    r"(?:(?P<code>[cr]\d{1,7})[\s.:,=-]+)?(?P<number>[1-3])(?:[\s.,:=-]+(?P<rest>\S.*?))?[\s.!)]*"
)
CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})")
MINUTES = re.compile(r"(\d{1,3})\s*(?:m|min|mins|minutes|perc|p)?\.?")
ANSWER_WORDS = {
    "yes": 1, "y": 1, "igen": 1, "no": 2, "n": 2, "nem": 2, "later": 3, "kesobb": 3,
}  # fmt: skip
NOT = {
    "no", "not", "nem", "never", "cannot", "cant", "can't", "don't", "dont", "doesn't", "doesnt",
    "isn't", "isnt", "nincs", "nincsen", "sincs", "without", "nelkul",
}  # fmt: skip
BACK = {"ok", "oke", "okay", "back", "again", "rendben", "vissza", "visszajott", "ujra", "megjott"}
OUT = {"out", "ki"}
DANGER = {
    "danger", "fire", "help", "hurt", "injured", "sos", "smoke", "emergency", "unsafe",
    "tuz", "veszely", "veszelyben", "segitseg", "segitseget", "segitsen", "segitsenek", "serult",
    "megserultem", "fust", "gazszivargas", "robbanas",
}  # fmt: skip
WHAT = {
    "power": {"power", "electricity", "electric", "mains", "blackout", "strom", "aram", "aramom",
              "aramszunet", "villany"},
    "internet": {"internet", "internetem", "net", "netem", "wifi", "network", "router",
                 "broadband", "halozat"},
    "device": {"computer", "laptop", "laptopom", "pc", "headset", "gep", "gepem", "szamitogep",
               "szamitogepem", "fejhallgato"},
    "health": {"ill", "sick", "hospital", "doctor", "fever", "beteg", "korhaz", "orvos", "lazas"},
}  # fmt: skip
COURTESY = {
    "thanks", "thank", "you", "thx", "cheers", "hi", "hello", "bye", "very", "much", "so", "many",
    "koszonom", "koszi", "kosz", "szia", "udv", "nagyon", "szepen",
}  # fmt: skip
FEW = 3


@dataclass(frozen=True)
class Words:
    """What was read; ``number`` is 0 where none was given, ``code`` is like "C12"."""

    code: str = ""
    number: int = 0
    rest: str = ""
    what: str = ""
    danger: bool = False
    out: bool = False
    back: bool = False
    courtesy: bool = False
    # "yes", "no" or "later" as a number: an answer where something was asked, else nothing.
    answer: int = 0


def read(body: str) -> Words:
    """What the text of an SMS says."""
    plain = plainly(body)
    if numbered := NUMBERED.fullmatch(plain):
        rest = (numbered["rest"] or "").strip(" .!)")
        if not rest or numbered["number"] == "3":
            return Words((numbered["code"] or "").upper(), int(numbered["number"]), rest)
    words = re.findall(r"[a-z0-9']+", plain)
    if not words:
        return Words()
    said_not = bool(NOT & set(words))
    what = next((kind for kind, known in WHAT.items() if known & set(words)), "")
    return Words(
        what=what,
        danger=_danger(words),
        out=words[0] in OUT,
        back=bool(BACK & set(words)) and not said_not and words[0] not in OUT,
        courtesy=set(words) <= COURTESY,
        answer=ANSWER_WORDS.get(words[0], 0) if len(words) <= FEW and not what else 0,
    )


def starts_in(rest: str) -> int | tuple[int, int] | None:
    """When "later" is: minutes from now ("45"), or a clock's hour and minute ("04:30").

    ``None`` for what is neither; a day or more ahead is neither.
    """
    if clock := CLOCK.fullmatch(rest):
        hour, minute = int(clock[1]), int(clock[2])
        return (hour, minute) if hour < 24 and minute < 60 else None
    if minutes := MINUTES.fullmatch(rest):
        return int(minutes[1]) or None
    return None


def plainly(text: str) -> str:
    """Small letters without accents, as many phones write Hungarian."""
    parts = unicodedata.normalize("NFKD", text.strip().lower().replace("’", "'"))
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


def _danger(words: list[str]) -> bool:
    return any(
        word in DANGER and not NOT & set(words[max(0, at - 2) : at])
        for at, word in enumerate(words)
    )
