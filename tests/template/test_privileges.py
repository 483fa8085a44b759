"""Each thing that a role may do has a test that breaks without it, or a reason why none can locally."""

import ast
import re
from functools import cache

import pytest

from privileges.grants import Grant, grants_of, local_statements, without
from privileges.table import ELSEWHERE, PROOFS, is_elsewhere, proof_of
from template.reading import ROOT, Template

STACK = ROOT / "tests" / "stack"


@pytest.fixture(scope="module")
def grants(template: Template) -> list[Grant]:
    return grants_of(template)


def test_everything_that_a_role_may_do_is_proved_or_has_its_reason(grants: list[Grant]) -> None:
    left = [
        f"{grant.role} {grant.name}"
        for grant in grants
        if grant.name not in PROOFS[grant.role] and not is_elsewhere(grant)
    ]
    assert left == []


def test_nothing_is_proved_twice_or_that_no_role_may_do(grants: list[Grant]) -> None:
    names = {(grant.role, grant.name) for grant in grants}
    proved = {(role, name) for role, proofs in PROOFS.items() for name in proofs}
    assert proved <= names
    excused = {(grant.role, grant.name) for grant in grants if is_elsewhere(grant)}
    assert not proved & excused
    assert all(any(is_named(entry, grant) for grant in grants) for entry in ELSEWHERE)


def is_named(entry: str, grant: Grant) -> bool:
    return entry in (grant.action, f"{grant.role} {grant.name}")


@cache
def names_in(file: str) -> set[str]:
    tree = ast.parse((STACK / file).read_text())
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_what_the_emulator_alone_asks_for_is_granted_on_no_other_stack(template: Template) -> None:
    document = template.resources["PollerRole"]["Properties"]["Policies"][0]["PolicyDocument"]
    (choice,) = (statement["Fn::If"] for statement in document["Statement"] if "Fn::If" in statement)
    assert (choice[0], choice[2]) == ("IsLocal", {"Ref": "AWS::NoValue"})
    assert choice[1]["Action"] == "sqs:SendMessageBatch"


def test_every_test_that_is_named_is_there(grants: list[Grant]) -> None:
    named = {proof_of(grant) for grant in grants if grant.name in PROOFS[grant.role]}
    for test in named:
        file, name = test.split("[")[0].split("::")
        assert name in names_in(file), test
    for reason in ELSEWHERE.values():
        assert all((ROOT / path).exists() for path in re.findall(r"tests/\S+\.py", reason))


def test_a_policy_without_one_grant_keeps_all_others(template: Template, grants: list[Grant]) -> None:
    """As the checker takes it away: that grant alone is gone."""
    roles = template.of_type("AWS::IAM::Role")
    for grant in grants:
        document = roles[grant.role]["Policies"][0]["PolicyDocument"]
        whole = {**document, "Statement": local_statements(document)}
        left = flat(without(whole, grant))
        assert flat(whole) - left == {the_grant(whole, grant)}
        assert left < flat(whole)


def flat(document: dict[str, object]) -> set[str]:
    return {
        repr((action, resource, statement.get("Condition")))
        for statement in document["Statement"]  # type: ignore[attr-defined]
        for action in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
    }


def the_grant(document: dict[str, object], grant: Grant) -> str:
    number, index = grant.place
    statement = document["Statement"][number]  # type: ignore[index]
    return repr((grant.action, as_list(statement["Resource"])[index], statement.get("Condition")))


def as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]
