"""The demo: an outage played from the webhook to the filed closing report, judged from outside."""
