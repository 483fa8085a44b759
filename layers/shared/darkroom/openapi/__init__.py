"""The API described: the OpenAPI document, its page and its text, made of the code that answers.

Only the build and the routes that show them import this; it loads pydantic and every face's schemas.
"""
