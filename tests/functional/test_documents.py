"""What the API says of itself: the document, its page and its text, served."""

import base64
import hashlib
import json
import re
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest

from darkroom.jobs.catalogue import MODELS
from darkroom.jobs.failure import ErrorCode
from darkroom.openapi import published
from darkroom.openapi.document import OPERATIONS, document
from functional.gateway import MAX_REPLY_BYTES
from query.app import lambda_handler
from template.reading import ROOT

BASE_URL = "https://abcd1234.execute-api.us-east-1.amazonaws.com/live"

pytestmark = pytest.mark.usefixtures("stack")


def get(event: Any, context: Any, name: str, **headers: str) -> dict[str, Any]:
    asked = event(f"query-get-{name}")
    asked["headers"] |= headers
    asked["multiValueHeaders"] |= {key: [value] for key, value in headers.items()}
    reply: dict[str, Any] = lambda_handler(asked, context)
    return reply


def header(reply: dict[str, Any], name: str) -> str:
    [value] = reply["multiValueHeaders"][name]
    return str(value)


def test_the_document_is_served_with_the_callers_own_address(event: Any, context: Any) -> None:
    reply = get(event, context, "openapi")
    served = json.loads(reply["body"])
    assert served.pop("servers") == [{"url": BASE_URL}]
    assert served == document()
    assert header(reply, "Content-Type") == "application/json"


def test_what_the_build_has_written_is_served(
    event: Any, context: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """By the layer's own command."""
    built = tmp_path / "openapi.json"
    command = [sys.executable, "-m", "darkroom.openapi", str(built)]
    subprocess.run(command, cwd=ROOT / "layers" / "shared", check=True)
    written = built.read_text()
    assert json.loads(written) == document()
    built.write_text(written.replace('"title":"Darkroom"', '"title":"as built"'))
    monkeypatch.setattr(published, "BUILT", built)
    published.text.cache_clear()
    try:
        assert json.loads(get(event, context, "openapi")["body"])["info"]["title"] == "as built"
    finally:
        published.text.cache_clear()


@pytest.mark.parametrize("name", ["openapi", "docs", "llms"])
def test_who_has_it_already_gets_304(event: Any, context: Any, name: str) -> None:
    etag = header(get(event, context, name), "etag")
    again = get(event, context, name, **{"If-None-Match": f'"other", W/{etag}'})
    assert (again["statusCode"], again["body"]) == (304, "")
    assert header(again, "etag") == etag
    assert get(event, context, name, **{"If-None-Match": '"other"'})["statusCode"] == 200


def test_it_is_compressed_for_who_says_what_he_accepts(event: Any, context: Any) -> None:
    reply = get(event, context, "docs", **{"Accept-Encoding": "gzip, br"})
    assert header(reply, "Content-Encoding") == "gzip"
    assert reply["isBase64Encoded"]
    page = zlib.decompress(base64.b64decode(reply["body"]), zlib.MAX_WBITS | 16)
    assert page.decode() == get(event, context, "docs")["body"]
    silent = event("query-get-docs")
    for kind in ("headers", "multiValueHeaders"):
        del silent[kind]["Accept"]
    silent["multiValueHeaders"]["Accept-Encoding"] = ["gzip"]
    assert not lambda_handler(silent, context)["isBase64Encoded"]


def test_the_page_needs_nothing_from_elsewhere_and_runs_no_other_script(event: Any, context: Any) -> None:
    reply = get(event, context, "docs")
    page, policy = reply["body"], header(reply, "content-security-policy")
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in scripts]
    assert len(scripts) == page.count("</script") == 2
    [allowed] = re.findall(r"script-src ([^;]*)", policy)
    assert allowed.split() == [f"'sha256-{each}'" for each in hashes]
    assert "default-src 'none'" in policy
    outside = page.replace(scripts[0], "")
    assert re.findall(r"""(?:src|href)=["'](?!data:)""", outside) == []
    assert re.findall(r"url\((?!\s*[\"']?data:)", outside) == []
    assert len(json.dumps(reply)) < MAX_REPLY_BYTES


def test_the_text_for_language_models_names_what_there_is(event: Any, context: Any) -> None:
    reply = get(event, context, "llms")
    text = reply["body"]
    assert header(reply, "Content-Type").startswith("text/plain")
    assert text.startswith("# Darkroom\n\n> ")
    for operation in OPERATIONS:
        named = f"`{operation.method.upper()} {operation.documented_path}`"
        assert (named in text) == (operation.tag != "Upstream")
    for model in MODELS:
        assert f"`{model.id}`" in text
        assert all(f"`{alias}`" in text for alias in model.aliases)
    assert all(f"`{code}`" in text for code in ErrorCode)
    assert "- 402: `insufficient_credits`" in text
    links = re.findall(r"\[[^]]+\]\(([^)]+)\)", text)
    assert links == [f"{BASE_URL}/openapi.json", f"{BASE_URL}/docs"]


def test_no_function_loads_the_descriptions_before_they_are_asked_for() -> None:
    functions = sorted(path.parent.name for path in ROOT.glob("functions/*/app.py"))
    look = "import sys, {}; print([name for name in sys.modules if name.startswith('darkroom.openapi')])"
    script = look.format(", ".join(f"{name}.app" for name in functions))
    path = f"{ROOT / 'layers' / 'shared'}:{ROOT / 'functions'}"
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"PYTHONPATH": path, "POWERTOOLS_SERVICE_NAME": "test"},
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "[]"
