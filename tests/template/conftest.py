"""The template, for every test here."""

import pytest

from template.reading import Template, read


@pytest.fixture(scope="session")
def template() -> Template:
    return read()
