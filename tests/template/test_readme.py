"""The README says what is there: its commands, settings, routes, states and codes, no more and no fewer."""

import json
import re
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from standardwebhooks import Webhook

from benchmarks.__main__ import ALONE, ON_A_STACK, ON_THE_LAYER, WHEN_NAMED
from benchmarks.goals import Figure
from benchmarks.table import COLUMNS
from darkroom.jobs.catalogue import MODELS
from darkroom.jobs.failure import RETRYABLE, ErrorCode
from darkroom.jobs.job import TRANSITIONS, JobStatus
from darkroom.webhooks.schedule import BASE_DELAYS_SECONDS
from template.reading import ROOT, Template

README = (ROOT / "README.md").read_text()
SECRET = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo0NTY3ODk="


def rows(heading: str) -> list[list[str]]:
    """The cells of the first table that follows the text."""
    table = README.split(heading, 1)[1].split("\n|---", 1)[1].split("\n\n", 1)[0]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in table.splitlines()[1:]]


def codes(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_every_command_is_named_and_none_else() -> None:
    targets = re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert {codes(row[0])[0] for row in rows("## Commands")} == {f"make {target}" for target in targets}
    named = set(re.findall(r"(?:`|^)make ([a-z-]+)", README, re.MULTILINE))
    assert named == set(targets)


def test_every_setting_is_named_with_its_default(template: Template) -> None:
    named = {codes(row[0])[0]: row[1] for row in rows("### Settings")}
    assert named == {name: str(parameter["Default"]) for name, parameter in template.parameters.items()}


def test_every_route_is_named(template: Template) -> None:
    routes = {
        f"{event['Properties']['Method'].upper()} {event['Properties']['Path']}"
        for function in template.functions.values()
        for event in (function.get("Events") or {}).values()
        if event["Type"] == "Api"
    }
    internal = {"POST /callbacks/wavespeed"}
    assert {codes(row[0])[0] for row in rows("## The API")} == routes - internal


def test_the_state_diagram_is_the_table_of_transitions() -> None:
    diagram = README.split("stateDiagram-v2", 1)[1].split("```", 1)[0]
    drawn = set(re.findall(r"^\s+(\w+) --> (\w+)", diagram, re.MULTILINE))
    assert drawn == {(str(a), str(b)) for a, after in TRANSITIONS.items() for b in after}
    ends = set(re.findall(r"^\s+(\w+) --> \[\*\]", diagram, re.MULTILINE))
    assert ends == {str(status) for status in JobStatus if status.terminal}


def test_every_error_code_is_named_with_whether_a_retry_helps() -> None:
    named = {codes(row[0])[0]: row[2] for row in rows("### When a job fails")}
    assert named == {str(code): "yes" if code in RETRYABLE else "no" for code in ErrorCode}


def test_every_model_is_named() -> None:
    assert all(f"`{model.id}`" in README for model in MODELS)


def test_the_webhooks_schedule_is_the_one_in_the_code() -> None:
    units = {"s": 1, "min": 60, "h": 3600}
    sentence = README.split("tried again after", 1)[1].split("(±20 %)", 1)[0]
    said = [int(number) * units[unit] for number, unit in re.findall(r"(\d+)\s(s|min|h)\b", sentence)]
    assert said == list(BASE_DELAYS_SECONDS[1:])


def test_the_verifying_snippet_verifies(capsys: pytest.CaptureFixture[str]) -> None:
    webhook = README.split("## The webhook", 1)[1].split("\n## ", 1)[0]
    [snippet] = re.findall(r"```python\n(.*?)```", webhook, re.DOTALL)
    body = json.dumps({"type": "job.completed", "data": {"outputs": [{"url": "https://here"}]}}).encode()
    now = int(time.time())
    signature = Webhook(SECRET).sign("evt_1", datetime.fromtimestamp(now, UTC), body.decode())
    headers = {"webhook-id": "evt_1", "webhook-timestamp": str(now), "webhook-signature": signature}
    names: dict[str, Any] = {}
    exec(snippet.replace("whsec_…", SECRET), names)
    names["receive"](headers, body)
    assert capsys.readouterr().out == "https://here\n"
    with pytest.raises(Exception, match="signature"):
        names["receive"](headers, body + b" ")


def test_the_json_examples_are_json() -> None:
    for example in re.findall(r"```json\n(.*?)```", README, re.DOTALL):
        json.loads(example)


def test_every_folder_of_the_tree_is_there() -> None:
    tree = README.split("## The house", 1)[1].split("```", 2)[1]
    top = re.findall(r"^(\S+)\s", tree, re.MULTILINE)
    assert all((ROOT / name).exists() for name in top)
    inner = re.findall(r"^\s+(darkroom/\S+)\s", tree, re.MULTILINE)
    assert all((ROOT / "layers" / "shared" / name).exists() for name in inner)
    functions = {path.parent.name for path in ROOT.glob("functions/*/app.py")}
    assert {name for name in functions if re.search(rf"^  {name}/", tree, re.MULTILINE)} == functions


def test_the_table_of_figures_is_that_of_the_goals() -> None:
    figures = README.split("## Figures", 1)[1].split("\n## ", 1)[0]
    assert f"| {' | '.join(COLUMNS)} |" in figures
    assert [row[0] for row in rows("## Figures")] == [*Figure]
    assert all(len(row) == len(COLUMNS) and row[-1] in {"yes", "no"} for row in rows("## Figures"))


def test_every_benchmark_is_named() -> None:
    sentence = README.split("`ONLY=` names one of them:", 1)[1].split(".", 1)[0]
    assert set(codes(sentence)) == {*ALONE, *ON_A_STACK, *ON_THE_LAYER, *WHEN_NAMED}
