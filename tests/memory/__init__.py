"""The ports in memory: what the tests run the use cases against, held to the real ones by contract suites."""
