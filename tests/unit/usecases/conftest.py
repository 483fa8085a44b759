from importlib.util import find_spec

import pytest

from memory.world import World

# Collected once the environment has greenlet, as tests/simulation is
collect_ignore = [] if find_spec("greenlet") else ["test_receivers_are_apart.py"]


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def world_without_callbacks() -> World:
    return World(callbacks=False)
