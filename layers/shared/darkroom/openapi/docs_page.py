"""`GET /docs`: Swagger UI in one page of its own, with the assets that Powertools brings."""

import base64
import hashlib
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import aws_lambda_powertools

_ASSETS = Path(aws_lambda_powertools.__file__).parent / "event_handler" / "openapi" / "swagger_ui"
_START = """\
window.ui = SwaggerUIBundle({
  url: window.location.pathname.replace(/docs\\/?$/, "openapi.json"),
  dom_id: "#swagger-ui",
  deepLinking: true,
  filter: true,
  tryItOutEnabled: true,
  persistAuthorization: false,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis],
});
"""


@cache
def page() -> str:
    """Nothing in it is fetched from elsewhere but the document beside it."""
    style = (_ASSETS / "swagger-ui.min.css").read_text()
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Darkroom</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<link rel="icon" href="data:,">\n<style>{style}</style>\n</head>\n'
        '<body>\n<div id="swagger-ui"></div>\n'
        f"<script>{_bundle()}</script>\n<script>{_START}</script>\n</body>\n</html>\n"
    )


def content_security_policy(base_url: str) -> str:
    """The page's own scripts run and no others; requests go to this API alone."""
    here = urlsplit(base_url)
    return (
        f"default-src 'none'; script-src {_scripts()}; style-src 'unsafe-inline'; img-src 'self' data:; "
        f"font-src data:; connect-src 'self' {here.scheme}://{here.netloc}; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    )


@cache
def _scripts() -> str:
    return " ".join(f"'sha256-{_hash(script)}'" for script in (_bundle(), _START))


@cache
def _bundle() -> str:
    return (_ASSETS / "swagger-ui-bundle.min.js").read_text()


def _hash(script: str) -> str:
    """As browsers count it: line ends of any kind are one."""
    normal = script.replace("\r\n", "\n").replace("\r", "\n")
    return base64.b64encode(hashlib.sha256(normal.encode()).digest()).decode()
