"""The plans, step by step: one file a plan."""
