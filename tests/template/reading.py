"""Reads the template as data, in its JSON form.

`!Ref X` becomes {"Ref": "X"}, `!GetAtt A.B` becomes {"Fn::GetAtt": ["A", "B"]}.
"""

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "template.yaml"
SHORT_FORMS = {"Ref": "Ref", "Condition": "Condition"}


class _Loader(yaml.SafeLoader):
    pass


def _intrinsic(loader: yaml.SafeLoader, name: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        value = str(value).split(".", 1) if name == "GetAtt" else value
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    return {SHORT_FORMS.get(name, f"Fn::{name}"): value}


yaml.add_multi_constructor("!", _intrinsic, Loader=_Loader)


class Template:
    def __init__(self, content: dict[str, Any]) -> None:
        self.content = content
        self.parameters: dict[str, Any] = content["Parameters"]
        self.resources: dict[str, Any] = content["Resources"]
        self.function_defaults: dict[str, Any] = content["Globals"]["Function"]
        self.outputs: dict[str, Any] = content["Outputs"]

    def of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        """Properties by logical id."""
        found = {name: each for name, each in self.resources.items() if each["Type"] == kind}
        assert found, f"the template has no {kind}"
        return {name: each.get("Properties", {}) for name, each in found.items()}

    @property
    def functions(self) -> dict[str, dict[str, Any]]:
        """With what Globals give them."""
        own = self.of_type("AWS::Serverless::Function")
        return {name: {**self.function_defaults, **properties} for name, properties in own.items()}


def read() -> Template:
    return Template(yaml.load(TEMPLATE.read_text(), Loader=_Loader))
