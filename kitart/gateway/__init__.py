"""Where the world comes in: webhooks, links, the IVR mode."""
