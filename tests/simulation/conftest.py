"""Collected once the environment has greenlet: `make environments` adds it to one that was made before."""

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("greenlet") else ["test_*.py"]
