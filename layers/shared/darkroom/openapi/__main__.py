"""Writes the document for the layer: `python -m darkroom.openapi FILE`."""

import json
import sys
from pathlib import Path

from darkroom.openapi.document import document


def main() -> None:
    [file] = sys.argv[1:]
    Path(file).write_text(json.dumps(document(), ensure_ascii=False, separators=(",", ":")))


if __name__ == "__main__":
    main()
