"""AWS's throttling, at will."""

from typing import Any

import pytest

from darkroom.ports import ThrottledError


def throttle(patch: pytest.MonkeyPatch, adapter: Any, method: str) -> None:
    """Every call of the method fails, as long as the patch holds."""

    def throttled(*_: Any, **__: Any) -> Any:
        raise ThrottledError("SlowDown")

    patch.setattr(type(adapter), method, throttled)
