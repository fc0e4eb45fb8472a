"""Which channel, which text; send, record, fall back."""
