"""Bodies that are not what was asked for."""

HTML = "<!doctype html><html><body><h1>502 Bad Gateway</h1></body></html>"
GARBAGE_BODIES = {
    "not_json": ("application/json", '{"code": 200, "message": "succ'),
    "no_id": ("application/json", '{"code": 200, "message": "success", "data": {"status": "created"}}'),
    "number_id": (
        "application/json",
        '{"code": 200, "message": "success", "data": {"id": 17, "status": "created"}}',
    ),
    "null_data": ("application/json", '{"code": 200, "message": "success", "data": null}'),
    "html": ("text/html", HTML),
    "empty": ("application/json", ""),
}
"""Content type and body."""
NOT_PICTURES = {
    "html": ("text/html", HTML.encode()),
    "svg": ("image/svg+xml", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
    "text": ("text/plain", b"no picture here"),
    "empty": ("image/jpeg", b""),
}
