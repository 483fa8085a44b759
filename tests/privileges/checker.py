"""Takes away from each role, one by one, what it may do, and expects the test that is named for it to break.

`make least-privilege`. A test that breaks with everything allowed proves nothing, so that all of them run at
the start and at the end with nothing taken away.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import boto3

from privileges.grants import Grant, grants_of, without
from privileges.table import PROOFS, proof_of
from template.reading import ROOT, read

_PATIENCE = 3
"""A test that takes so many times its time, and `_LEAST_SECONDS` more, is broken too."""
_LEAST_SECONDS = 8.0

_RECOVERY_SECONDS = 90
"""For the jobs of broken tests: the reconciler takes them up within a minute; some tests count requests."""


class LocalStack:
    """The deployed roles and functions, through the emulator's root key."""

    def __init__(self, state: dict[str, Any]) -> None:
        self._state = state
        pages = self.client("cloudformation").get_paginator("list_stack_resources")
        self._ids = {
            resource["LogicalResourceId"]: resource["PhysicalResourceId"]
            for page in pages.paginate(StackName=state["stack_name"])
            for resource in page["StackResourceSummaries"]
        }

    def client(self, service: Any) -> Any:
        return boto3.client(
            service,
            endpoint_url=self._state["aws_endpoint_url"],
            region_name=self._state["region"],
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    @contextmanager
    def taken_away(self, grant: Grant) -> Iterator[None]:
        iam, role = self.client("iam"), self._ids[grant.role]
        [policy] = iam.list_role_policies(RoleName=role)["PolicyNames"]
        whole = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
        try:
            self._put(role, policy, without(whole, grant))
            self._forget(grant)
            yield
        finally:
            self._put(role, policy, whole)
            self._forget(grant)

    def _put(self, role: str, policy: str, document: dict[str, Any]) -> None:
        self.client("iam").put_role_policy(
            RoleName=role, PolicyName=policy, PolicyDocument=json.dumps(document)
        )

    def _forget(self, grant: Grant) -> None:
        """A process keeps secrets, keys and counts for a while: the function starts anew."""
        function = self._ids[grant.role.removesuffix("Role")]
        functions = self.client("lambda")
        memory = functions.get_function_configuration(FunctionName=function)["MemorySize"]
        functions.update_function_configuration(FunctionName=function, MemorySize=memory)


def breaks(test: str, timeout: float) -> bool:
    """It fails, or has not ended by then."""
    try:
        status, said = _pytest([test], timeout)
    except subprocess.TimeoutExpired:
        return True
    if status not in (0, 1):  # no test, or none that could start
        raise SystemExit(f"{test} did not run:\n{said}")
    return status == 1


def times_of(tests: Sequence[str]) -> dict[str, float]:
    """Seconds of each, its variants together. Raises SystemExit where one breaks with nothing taken away."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        status, said = _pytest([*tests, f"--junitxml={report}"])
        if status:
            raise SystemExit(f"With nothing taken away:\n{said}")
        cases = list(ElementTree.parse(report).iter("testcase"))
    seconds = dict.fromkeys(tests, 0.0)
    for test in tests:
        file, name = test.split(".py::")
        for case in cases:
            if case.attrib["classname"].endswith(file) and case.attrib["name"].startswith(name):
                seconds[test] += float(case.attrib["time"])
    return seconds


def _pytest(arguments: Sequence[str], timeout: float | None = None) -> tuple[int, str]:
    """Raises TimeoutExpired."""
    named = [each if each.startswith("-") else f"tests/stack/{each}" for each in arguments]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *named]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=timeout, check=False)
    return done.returncode, done.stdout + done.stderr


def main(chosen: list[str]) -> int:
    """`chosen`: parts of the names of roles and grants; none: all of them."""
    stack = LocalStack(json.loads(Path(os.environ["DARKROOM_STACK"]).read_text()))
    grants = [grant for grant in grants_of(read()) if grant.name in PROOFS[grant.role]]
    grants = [grant for grant in grants if all(part in f"{grant.role} {grant.name}" for part in chosen)]
    tests = sorted({proof_of(grant) for grant in grants})
    seconds = times_of(tests)
    unproved = []
    for grant in grants:
        test = proof_of(grant)
        with stack.taken_away(grant):
            needed = breaks(test, _PATIENCE * seconds[test] + _LEAST_SECONDS)
        print(
            f"{'needed' if needed else 'NOT NEEDED':10}  {grant.role:15} {grant.name:55} {test}", flush=True
        )
        if not needed:
            unproved.append(grant)
    time.sleep(_RECOVERY_SECONDS)
    times_of(tests)
    print(f"{len(grants) - len(unproved)} of {len(grants)}: a test breaks when it is taken away")
    return 1 if unproved else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
