"""Says what checkov finds in the template and in what SAM makes of it. Usage: python -m scan"""

import sys
import tempfile
from pathlib import Path

from scan.checkov import scan, write_transformed
from template.reading import TEMPLATE


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        forms = {"template.yaml": TEMPLATE, "transformed": write_transformed(Path(folder) / "template.json")}
        found = {name: scan(file) for name, file in forms.items()}
    for name, result in found.items():
        kept = len(result.failed) - len(result.unexplained)
        print(
            f"checkov, {name}: {result.resources} resources, {result.passed} checks passed, "
            f"{len(result.unexplained)} findings, {kept} checks kept from saying what .checkov.yaml explains"
        )
        for check, said in result.unexplained.items():
            print(f"  {check} {said}")
    return 1 if any(result.unexplained for result in found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
