"""Each single thing that a role of the template may do, by a name for people; and a policy without it."""

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from template.reading import Template

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Grant:
    role: str
    action: str
    resource: str
    """As it is named in the template, and the keys that a condition narrows it to."""
    place: tuple[int, int]
    """Which statement of the role's policy, and which of its resources."""

    @property
    def name(self) -> str:
        return f"{self.action} {self.resource}"


def grants_of(template: Template) -> list[Grant]:
    """With the local stack's choice where the template has two."""
    return [
        Grant(role, action, resource, (number, index))
        for role, properties in template.of_type("AWS::IAM::Role").items()
        for number, statement in enumerate(local_statements(properties["Policies"][0]["PolicyDocument"]))
        for index, resource in enumerate(_resources(statement))
        for action in as_list(statement["Action"])
    ]


def local_statements(document: Document) -> list[Document]:
    return [statement.get("Fn::If", (None, statement))[1] for statement in document["Statement"]]


def without(document: Document, grant: Grant) -> Document:
    """A deployed policy's document, which has the template's statements in their order."""
    left = copy.deepcopy(document)
    number, index = grant.place
    statement = left["Statement"].pop(number)
    actions, resources = as_list(statement["Action"]), as_list(statement["Resource"])
    assert grant.action in actions, f"the deployed policy of {grant.role} is not the template's"
    others = [each for each in actions if each != grant.action]
    elsewhere = [each for at, each in enumerate(resources) if at != index]
    if others:
        left["Statement"].append({**statement, "Action": others})
    if elsewhere:
        left["Statement"].append({**statement, "Action": grant.action, "Resource": elsewhere})
    return left


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _resources(statement: Document) -> Iterator[str]:
    keys = statement.get("Condition", {}).get("ForAllValues:StringLike", {}).get("dynamodb:LeadingKeys")
    for resource in as_list(statement["Resource"]):
        yield _label(resource) + (f" {keys}" if keys else "")


def _label(resource: Document) -> str:
    if "Fn::GetAtt" in resource:
        name: str = resource["Fn::GetAtt"][0]
        return name
    text = re.sub(r"\$\{(?:AWS::)?([A-Za-z]+)(?:\.Arn)?\}", r"\1", resource["Fn::Sub"])
    return text.rsplit(":", 1)[-1].replace("StackName/", "").replace("parameter/", "parameters of ")
