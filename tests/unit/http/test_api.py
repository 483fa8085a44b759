"""A route's module is imported with the first request for it, and no other is."""

import sys
from pathlib import Path

import pytest

from darkroom.http.api import Api

ROUTES = """
from aws_lambda_powertools.event_handler import Response
from lazy_api import api
@api.get("{resource}")
def show():
    return Response(200, "text/plain", "{resource}")
"""


def test_a_module_is_imported_with_the_first_request_for_its_routes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "early_routes.py").write_text(ROUTES.format(resource="/early"))
    (tmp_path / "late_routes.py").write_text(ROUTES.format(resource="/late"))
    api_module = (
        "from darkroom.http.api import Api\napi = Api({'/early': 'early_routes', '/late': 'late_routes'})"
    )
    (tmp_path / "lazy_api.py").write_text(api_module)
    monkeypatch.syspath_prepend(tmp_path)
    import lazy_api  # type: ignore[import-not-found]  # made above

    api: Api = lazy_api.api
    event = {"httpMethod": "GET", "resource": "/early", "requestContext": {"requestId": "r-1"}}
    assert api.resolve(event, None)["body"] == "/early"
    assert "late_routes" not in sys.modules
    assert api.resolve({**event, "resource": "/late"}, None)["body"] == "/late"
