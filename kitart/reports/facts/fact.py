"""What every fact has in common."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from kitart.clock import as_utc

Utc = Annotated[datetime, AfterValidator(as_utc)]
Filled = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Fact(BaseModel):
    """Frozen, and strict about names, so that a misspelt field is not lost silently."""

    model_config = ConfigDict(frozen=True, extra="forbid")
