"""Facts to view models to documents."""
