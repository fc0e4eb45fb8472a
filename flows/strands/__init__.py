"""Strands: parts that the plans share, each a stretch of the plan that runs beside the others."""
