"""Asks a vulnerability service about every pinned package (pip-audit). No answer is not taken for a good one.

Usage: python -m scan.audit
"""

import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.environments import ROOT, python

PINS = [
    ROOT / "layers" / "shared" / "requirements.txt",
    *sorted((ROOT / "tests" / "requirements").glob("*.txt")),
]


@dataclass
class Audit:
    audited: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    """Nobody could say anything about them."""
    vulnerable: set[str] = field(default_factory=set)

    def add(self, dependencies: Iterable[dict[str, Any]]) -> None:
        """What pip-audit reports of one file of pins."""
        for each in dependencies:
            if "version" not in each:
                self.unknown.add(each["name"])
                continue
            name = f"{each['name']} {each['version']}"
            self.audited.add(name)
            for found in each["vulns"]:
                fixed = ", ".join(found["fix_versions"]) or "no version yet"
                self.vulnerable.add(f"{name}: {found['id']}, mended in {fixed}")

    @property
    def lines(self) -> list[str]:
        said = [f"{len(self.audited)} pinned packages audited, {len(self.vulnerable)} findings."]
        said += [f"VULNERABLE {each}" for each in sorted(self.vulnerable)]
        if self.unknown:
            said.append(
                f"NOT AUDITED: {len(self.unknown)} packages. No vulnerability service that pip-audit asks "
                "answers from here, so this says nothing about them: run `make audit` with access to it."
            )
        return said

    @property
    def clean(self) -> bool:
        return bool(self.audited) and not self.unknown and not self.vulnerable


def audit(pins: Iterable[Path]) -> Audit:
    found = Audit()
    for file in pins:
        found.add(_asked(file))
    return found


def _asked(file: Path) -> list[dict[str, Any]]:
    """A service that can't be reached makes pip-audit fail, or skip each package and be content."""
    command = [
        str(python("scan")),
        "-m",
        "pip_audit",
        "--requirement",
        str(file),
        "--no-deps",
        "--disable-pip",
    ]
    done = subprocess.run(
        [*command, "--format", "json", "--progress-spinner", "off"],
        capture_output=True,
        text=True,
        check=False,
    )
    if not done.stdout.strip():
        return [{"name": name, "skip_reason": done.stderr} for name in _names(file)]
    dependencies: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    return dependencies


def _names(file: Path) -> list[str]:
    return [line.split("==")[0] for line in file.read_text().splitlines() if "==" in line]


if __name__ == "__main__":
    result = audit(PINS)
    print("\n".join(result.lines))
    sys.exit(0 if result.clean else 1)
