import pytest

from memory.world import World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def world_without_callbacks() -> World:
    return World(callbacks=False)
