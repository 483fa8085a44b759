"""Writes the template as CloudFormation gets it: what SAM makes of it. Runs in the scanners' environment.

Usage: python -m scan.transformed FILE
"""

import json
import logging
import os
import sys
from pathlib import Path
from typing import Any

from template.reading import read


class NoManagedPolicies:
    """The roles name none (tests/template/test_functions.py), so that nothing has to be asked of AWS."""

    def load(self) -> dict[str, str]:
        return {}


def transformed() -> dict[str, Any]:
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    from samtranslator.translator.transform import transform

    logging.disable(logging.WARNING)
    template = read().content
    built = "s3://build/code.zip"  # `sam build` puts such addresses in
    template["Globals"]["Function"]["CodeUri"] = built
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::LayerVersion":
            resource["Properties"]["ContentUri"] = built
    made: dict[str, Any] = transform(template, {}, NoManagedPolicies())
    return made


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(transformed()))
