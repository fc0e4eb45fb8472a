"""Which entries about a missing input a client may read, and in which words (A21, D22, D23)."""

from __future__ import annotations

from kitart.journal.late_entries import Standing
from kitart.reports.telling import Told, client_line
from kitart.reports.terms import N_

WORDS = {
    "reported": N_("An input that we work with was reported as missing."),
    "no procedure of its own": N_(
        "Our continuity plan has no steps of its own for a missing input; its general steps were "
        "followed."
    ),
    "supplier ticket opened": N_("Whoever supplies the input was asked for it in writing."),
    "supplier called": N_("Whoever supplies the input was reached by phone."),
    "supplier not reached": N_("Whoever supplies the input could not be reached; we go on trying."),
    "fallback decided": N_("It was decided what to work with until the input is here."),
    "seats empty": N_("Agents were missing because of it; cover was called out."),
    "input arrived": N_("The input arrived."),
    "input up": N_("The input was found to be here and in use."),
    "input down": N_("The input was found not to be usable."),
    "success factor proved": N_("The input was used again, and work went on with it."),
    "recovery declared": N_("The recovery was declared: the input is here, in use, and stays so."),
}


def input_line(entry: Standing) -> Told | None:
    """The entry in a client's words, or ``None`` when it is internal."""
    text = WORDS.get(entry.type)
    return Told(text) if text is not None else client_line(entry)
