"""AIgateway's API as we offer it: schemas and answers (the contract page of its client)."""
