"""The pure rules of a job: what it is, how it moves, what it may cost. Nothing here knows AWS or HTTP."""
