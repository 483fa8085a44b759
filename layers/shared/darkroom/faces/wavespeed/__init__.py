"""WaveSpeed's API v3 as we offer it: schemas and answers (the contract page of its API)."""
