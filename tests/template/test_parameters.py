"""Parameters, and what they may not do."""

from dataclasses import fields

import pytest

from darkroom.settings import Settings
from template.reading import Template

# What Powertools reads for itself
POWERTOOLS = {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE", "POWERTOOLS_LOG_LEVEL"}


def test_every_parameter_and_output_says_what_it_is(template: Template) -> None:
    undescribed = [
        name
        for name, each in {**template.parameters, **template.outputs}.items()
        if len(each.get("Description", "")) < 10
    ]
    assert undescribed == []


def test_every_parameter_has_a_default(template: Template) -> None:
    assert [name for name, each in template.parameters.items() if "Default" not in each] == []


def test_every_parameter_stands_in_a_group_of_the_console(template: Template) -> None:
    groups = template.content["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    grouped = [name for group in groups for name in group["Parameters"]]
    assert sorted(grouped) == sorted(template.parameters)


def test_the_functions_variables_are_the_settings_fields(template: Template) -> None:
    variables = set(template.function_defaults["Environment"]["Variables"]) - POWERTOOLS
    assert variables == {field.name.upper() for field in fields(Settings)}


def test_a_function_adds_no_variable_of_its_own(template: Template) -> None:
    everybodys = template.function_defaults["Environment"]["Variables"]
    for properties in template.of_type("AWS::Serverless::Function").values():
        own = properties.get("Environment", {}).get("Variables", {})
        assert set(own) <= set(everybodys)


def test_a_stack_on_aws_cannot_allow_private_addresses(template: Template) -> None:
    """A rule refuses them, and if it did not, the functions would not be given any."""
    rule = template.content["Rules"]["LocalTargetsOnlyOnTheLocalStack"]
    assert rule["RuleCondition"] == {"Fn::Equals": [{"Ref": "Local"}, "false"]}
    assert rule["Assertions"][0]["Assert"] == {"Fn::Equals": [{"Ref": "LocalTargets"}, ""]}
    targets = template.function_defaults["Environment"]["Variables"]["LOCAL_TARGETS"]
    assert targets == {"Fn::If": ["IsLocal", {"Ref": "LocalTargets"}, ""]}
    assert template.content["Conditions"]["IsLocal"] == {"Fn::Equals": [{"Ref": "Local"}, "true"]}
    assert template.parameters["Local"]["Default"] == "false"
    assert template.parameters["LocalTargets"]["Default"] == ""


@pytest.mark.parametrize("used", ["LocalTargets", "Local"])
def test_nothing_else_uses_the_local_parameters(template: Template, used: str) -> None:
    uses = str(template.content).count(str({"Ref": used}))
    assert uses == 2  # the rule, and the condition or the variable


def test_the_tiers_are_those_of_the_contract(template: Template) -> None:
    tiers = template.content["Mappings"]["UpstreamTiers"]
    told = {name: (each["ImagesPerMinute"], each["ConcurrentTasks"]) for name, each in tiers.items()}
    assert told == {
        "bronze": ("10", "3"),
        "silver": ("500", "100"),
        "gold": ("3000", "2000"),
        "ultra": ("5000", "5000"),
    }
    assert template.parameters["UpstreamTier"]["AllowedValues"] == list(tiers)
