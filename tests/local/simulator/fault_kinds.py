"""Every fault that can be ordered, by the place where it strikes, with its parameters and their defaults."""

from dataclasses import dataclass, field
from typing import Any, Literal

from local.simulator.forgery import VARIANTS
from local.simulator.garbage import GARBAGE_BODIES, NOT_PICTURES

Params = dict[str, Any]
Place = Literal["submit", "sync", "task", "result", "list", "output", "callback"]


@dataclass(frozen=True)
class Kind:
    """Kinds at "task" and "callback" are drawn once, when the task is created; the others at each request."""

    place: Place
    about: str
    parameters: Params = field(default_factory=dict)
    choices: dict[str, tuple[object, ...]] = field(default_factory=dict)
    """Where only some values make sense."""


LOST = {"send": "nothing", "reset": False}
"""`reset`: end with RST instead of FIN."""
LOST_CHOICES: dict[str, tuple[object, ...]] = {"send": ("nothing", "half")}
ERROR = {"status": 500, "location": None}
GARBAGE = {"body": "not_json"}
GARBAGE_CHOICES: dict[str, tuple[object, ...]] = {"body": tuple(GARBAGE_BODIES)}

KINDS: dict[str, Kind] = {
    "refuse": Kind(
        "submit", "a refusal; nothing created", {"status": 400, "message": "", "error_code": None}
    ),
    "rate_limited": Kind("submit", "429; nothing created", {"retry_after": None}),
    "error_500_not_created": Kind("submit", "an error; nothing created", ERROR),
    "error_500_created": Kind("submit", "an error, but the task exists", ERROR),
    "lost_reply": Kind(
        "submit", "the task exists, the connection ends without its reply", LOST, LOST_CHOICES
    ),
    "garbage_submit": Kind("submit", "200 without a usable id", GARBAGE, GARBAGE_CHOICES),
    "slow_submit": Kind(
        "submit",
        "a late reply; the task is created before or after the wait",
        {"seconds": 15.0, "created": "before"},
        {"created": ("before", "after")},
    ),
    "sync_timeout": Kind(
        "sync", "sync mode gives up at once", {"answer": "5004"}, {"answer": ("5004", "504")}
    ),
    "never_finish": Kind("task", "processing for ever"),
    "slow_inference": Kind("task", "takes this long", {"seconds": 30.0}),
    "fail": Kind("task", "ends as failed, refunded", {"error_code": 1403, "message": ""}),
    "odd_status": Kind(
        "task", "shows this word", {"word": "paused", "at": "end"}, {"at": ("end", "running")}
    ),
    "many_outputs": Kind("task", "completes with this many outputs, 0 among them", {"outputs": 4}),
    "nsfw": Kind("task", "flagged in has_nsfw_contents"),
    "not_found_after_create": Kind("task", "404 for so many looks and seconds", {"looks": 2, "seconds": 0.0}),
    "hidden_from_list": Kind("task", "the list leaves it out"),
    "garbage_result": Kind("result", "200 that says nothing", GARBAGE, GARBAGE_CHOICES),
    "result_error": Kind("result", "an error", {"status": 500, "retry_after": None}),
    "lost_result": Kind("result", "the connection ends without a reply", LOST, LOST_CHOICES),
    "slow_result": Kind("result", "a late reply", {"seconds": 5.0}),
    "list_error": Kind("list", "an error", {"status": 500}),
    "slow_download": Kind("output", "drips over this time", {"seconds": 10.0}),
    "truncated_download": Kind("output", "ends early; Content-Length promises all", {"share": 0.5}),
    "unsized_download": Kind("output", "no Content-Length; `share` of the picture comes", {"share": 1.0}),
    "wrong_content_type": Kind("output", "a picture under another name", {"content_type": "text/html"}),
    "corrupt_picture": Kind("output", "right in length, noise in the middle"),
    "not_a_picture": Kind("output", "something else", {"body": "html"}, {"body": tuple(NOT_PICTURES)}),
    "oversized_picture": Kind(
        "output",
        "by bytes; or, if `side` is given, a flat PNG with that many pixels a side",
        {"bytes": 30_000_000, "side": 0},
    ),
    "padded_picture": Kind("output", "more bytes behind the end marker", {"bytes": 1000}),
    "gzip_download": Kind("output", "with Content-Encoding: gzip"),
    "redirect_download": Kind("output", "302", {"location": "http://127.0.0.1:9/"}),
    "dead_output": Kind("output", "gone before its time", {"status": 404}),
    "lost_callback": Kind("callback", "never sent"),
    "duplicate_callback": Kind("callback", "sent more than once, same webhook-id", {"copies": 2}),
    "early_callback": Kind("callback", "the task ends and calls back before the submit's reply"),
    "late_callback": Kind("callback", "sent this long after the end", {"seconds": 5.0}),
    "forged_callback": Kind(
        "callback",
        "a false one before the true one, or instead of it",
        {"variant": "bad_signature", "instead": False},
        {"variant": VARIANTS},
    ),
}
