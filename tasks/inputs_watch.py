"""A look at the expected inputs, each minute (A21, D21)."""

from __future__ import annotations

from kitart.installation import installation
from kitart.messaging import inputs_watch
from tasks.steps import step


@step("look for the inputs that are due")
def look_at_inputs() -> str:
    """Look, open incidents for what is overdue; returns what was found, for the run's state."""
    inst = installation()
    touched = inputs_watch.look(inst)
    if not touched:
        return f"{len(inst.current_plan().inputs)} inputs are expected, none is newly overdue"
    return f"overdue: {', '.join(touched)}"
