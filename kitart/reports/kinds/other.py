"""Any other system of ours, such as mail or sign-on: calls go on, some work is harder."""

from __future__ import annotations

from dataclasses import replace

from kitart.reports.kinds.documents import DOCUMENTS
from kitart.reports.terms import N_

OTHER = replace(DOCUMENTS, testing=N_("Using the system again, which proves that it works."))
