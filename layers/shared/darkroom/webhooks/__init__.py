"""Outgoing webhooks: signature, schedule, event and sender."""
