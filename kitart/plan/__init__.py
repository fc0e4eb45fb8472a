"""The company as data: its schema, loading and checks."""
