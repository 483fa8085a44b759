"""A customer's webhook endpoint: keeps what arrives, checks signatures, misbehaves to order."""
