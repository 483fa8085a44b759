"""The scanner finds nothing that .checkov.yaml does not explain, and still finds what it is there for."""

import json
import re
from pathlib import Path

import pytest

from scan.checkov import CONFIGURATION, Scan, scan, suppressed, write_transformed
from template.reading import TEMPLATE, Template


@pytest.fixture(scope="module")
def transformed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_transformed(tmp_path_factory.mktemp("transformed") / "template.json")


def assert_explained(found: Scan, resources: int) -> None:
    assert found.unexplained == {}
    assert found.resources == resources  # it has read all of them
    assert set(found.failed) == suppressed(), "a suppression that suppresses nothing"


def test_nothing_unexplained_is_found_in_the_template(template: Template) -> None:
    assert_explained(scan(TEMPLATE), len(template.resources))


def test_nothing_unexplained_is_found_in_what_sam_makes_of_it(transformed: Path) -> None:
    assert_explained(scan(transformed), len(json.loads(transformed.read_text())["Resources"]))


def test_a_hole_in_the_template_is_found(transformed: Path, tmp_path: Path) -> None:
    holed = json.loads(transformed.read_text())
    del holed["Resources"]["ImagesBucket"]["Properties"]["PublicAccessBlockConfiguration"]
    holed["Resources"]["QueryRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"] += [
        {"Effect": "Allow", "Action": "*", "Resource": "*"}
    ]
    file = tmp_path / "template.json"
    file.write_text(json.dumps(holed))
    assert {"CKV_AWS_53", "CKV_AWS_107"} <= set(scan(file).unexplained)


def test_each_suppression_has_its_reason_beside_it() -> None:
    lines = CONFIGURATION.read_text().splitlines()
    skipped = [line for line in lines if "- CKV" in line]
    assert len(skipped) == len(suppressed())
    assert [line for line in skipped if not re.search(r"# \w.{5,}", line)] == []


def test_a_template_that_can_not_be_read_is_no_clean_one(tmp_path: Path) -> None:
    file = tmp_path / "template.yaml"
    file.write_text("Resources: [")
    with pytest.raises(RuntimeError, match="read nothing"):
        scan(file)
