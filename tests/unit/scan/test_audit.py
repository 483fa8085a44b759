"""An audit without answers is not a clean one."""

from pathlib import Path

import pytest

from scan.audit import PINS, Audit

FOUND = {"name": "pillow", "version": "9.0.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["9.0.1"]}]}
CLEAN = {"name": "httpx", "version": "0.28.1", "vulns": []}
UNKNOWN = {"name": "six", "skip_reason": "Dependency not found on PyPI and could not be audited"}


@pytest.mark.parametrize(
    ("reported", "clean", "said"),
    [
        ([CLEAN], True, "1 pinned packages audited, 0 findings."),
        ([CLEAN, FOUND], False, "VULNERABLE pillow 9.0.0: PYSEC-1, mended in 9.0.1"),
        ([CLEAN, UNKNOWN], False, "NOT AUDITED: 1 packages."),
        ([], False, "0 pinned packages audited"),
    ],
)
def test_only_answers_without_findings_are_clean(
    reported: list[dict[str, object]], clean: bool, said: str
) -> None:
    audit = Audit()
    audit.add(reported)
    assert audit.clean is clean
    assert said in "\n".join(audit.lines)


def test_the_lambdas_pins_are_audited_and_those_of_every_environment() -> None:
    root = Path(__file__).parents[3]
    assert {file.relative_to(root).parts[0] for file in PINS} == {"layers", "tests"}
    assert len(PINS) == 1 + len(list((root / "tests" / "requirements").iterdir()))
