"""OpenAI's images API as we offer it: schemas, answers and errors (the contract page of its client)."""
