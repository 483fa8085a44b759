"""Runs checkov on a template and tells what it found, before any suppression."""

import json
import os
import subprocess
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from local.environments import ROOT, python

CONFIGURATION = ROOT / ".checkov.yaml"


@dataclass(frozen=True, slots=True)
class Scan:
    passed: int
    resources: int
    failed: Mapping[str, str]
    """By the check's id: what it is and how many resources fail it."""

    @property
    def unexplained(self) -> dict[str, str]:
        return {check: said for check, said in self.failed.items() if check not in suppressed()}


def suppressed() -> set[str]:
    return set(yaml.safe_load(CONFIGURATION.read_text())["skip-check"])


def scan(template: Path) -> Scan:
    """Offline. Raises RuntimeError where checkov could not read the template: that is no clean scan."""
    checkov = python("scan").with_name("checkov")
    # Not in the repository's folder: there it would read our suppressions by itself
    done = subprocess.run(
        [checkov, "--file", template, "--framework", "cloudformation", "--skip-download", "--output", "json"],
        cwd=template.parent if template.parent != ROOT else Path(os.sep),
        env=os.environ | {"LOG_LEVEL": "ERROR"},
        capture_output=True,
        text=True,
        check=False,
    )
    report = json.loads(done.stdout or "{}")
    if "results" not in report or report["summary"]["parsing_errors"]:
        raise RuntimeError(f"checkov read nothing in {template}:\n{done.stderr}{done.stdout}")
    failed = report["results"]["failed_checks"]
    count = Counter(each["check_id"] for each in failed)
    names = {each["check_id"]: each["check_name"] for each in failed}
    return Scan(
        passed=report["summary"]["passed"],
        resources=report["summary"]["resource_count"],
        failed={check: f"{names[check]} ({times} resources)" for check, times in count.items()},
    )


def write_transformed(file: Path) -> Path:
    """The template as CloudFormation gets it."""
    subprocess.run(
        [python("scan"), "-m", "scan.transformed", file],
        env=os.environ | {"PYTHONPATH": str(ROOT / "tests")},
        check=True,
    )
    return file
