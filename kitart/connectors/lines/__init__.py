"""Calling a line as a caller does, and hearing what it answers."""
