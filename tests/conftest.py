"""For every test: hypothesis without its time limit, which a busy machine would break."""

from hypothesis import settings

settings.register_profile("darkroom", deadline=None)
settings.load_profile("darkroom")
