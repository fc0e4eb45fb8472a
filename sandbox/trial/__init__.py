"""Stories of the demo played while something is really broken, and judged from outside."""
