"""WaveSpeedAI, our upstream: its API, its callbacks, and what they mean in our own words."""
