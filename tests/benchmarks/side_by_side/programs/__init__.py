"""The user's programs: each asks for the same pictures by another client, and measures nothing but itself."""
