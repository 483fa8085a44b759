"""The surfaces beside the native one: what their official clients send, and what they demand of an answer."""
