"""The steps of the plans as Prefect tasks: they gather and act."""
