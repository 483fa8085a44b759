"""Each function has a role and a log group of its own, and its role names what it touches."""

from collections.abc import Iterator
from typing import Any

from privileges.grants import local_statements
from template.reading import ROOT, Template

# X-Ray has no resources to name; the policy stands there only while traces are recorded
UNNAMED_RESOURCES_ALLOWED = {"TracingPolicy"}


def statements(properties: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for policy in properties.get("Policies", []):
        yield from local_statements(policy["PolicyDocument"])


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_each_handler_is_the_app_of_a_folder(template: Template) -> None:
    folders = {path.name for path in (ROOT / "functions").iterdir() if (path / "app.py").exists()}
    handlers = [properties["Handler"] for properties in template.functions.values()]
    assert sorted(handlers) == sorted(f"{folder}.app.lambda_handler" for folder in folders)


def test_all_run_on_arm_with_the_layer_and_python_313(template: Template) -> None:
    for properties in template.functions.values():
        assert properties["Runtime"] == "python3.13"
        assert properties["Architectures"] == ["arm64"]
        assert properties["Layers"] == [{"Ref": "SharedLayer"}]


def test_no_two_functions_share_a_role(template: Template) -> None:
    roles = [properties["Role"]["Fn::GetAtt"][0] for properties in template.functions.values()]
    assert len(set(roles)) == len(roles)
    assert set(roles) == set(template.of_type("AWS::IAM::Role"))


def test_a_role_takes_no_managed_policies(template: Template) -> None:
    for properties in template.of_type("AWS::IAM::Role").values():
        assert "ManagedPolicyArns" not in properties


def test_no_role_has_a_wildcard_action_or_an_unnamed_resource(template: Template) -> None:
    for name, properties in template.of_type("AWS::IAM::Role").items():
        for statement in statements(properties):
            assert statement["Effect"] == "Allow"
            assert not [action for action in as_list(statement["Action"]) if "*" in action], name
            for resource in as_list(statement["Resource"]):
                assert resource != "*", name
                assert isinstance(resource, dict), f"{name} names {resource}, no resource of this stack"


def test_unnamed_resources_stand_only_where_aws_has_no_names(template: Template) -> None:
    unnamed = {
        name
        for name, properties in template.of_type("AWS::IAM::ManagedPolicy").items()
        if any("*" in as_list(each["Resource"]) for each in properties["PolicyDocument"]["Statement"])
    }
    assert unnamed == UNNAMED_RESOURCES_ALLOWED


def test_each_function_writes_to_a_log_group_of_its_own_that_forgets(template: Template) -> None:
    groups = template.of_type("AWS::Logs::LogGroup")
    for name, properties in template.functions.items():
        group = properties["LoggingConfig"]["LogGroup"]["Ref"]
        assert group == f"{name}Log"
        assert groups[group]["RetentionInDays"] == {"Ref": "LogRetentionDays"}
        role = template.resources[f"{name}Role"]["Properties"]
        logging = [each for each in statements(role) if "logs:PutLogEvents" in as_list(each["Action"])]
        assert [each["Resource"] for each in logging] == [{"Fn::GetAtt": [group, "Arn"]}]


def test_tracing_reaches_every_role(template: Template) -> None:
    roles = template.of_type("AWS::IAM::ManagedPolicy")["TracingPolicy"]["Roles"]
    assert sorted(each["Ref"] for each in roles) == sorted(template.of_type("AWS::IAM::Role"))


def test_only_who_speaks_to_upstream_reads_its_key(template: Template) -> None:
    readers = {
        name
        for name, properties in template.of_type("AWS::IAM::Role").items()
        if str({"Fn::GetAtt": ["UpstreamKey", "Id"]}) in str(list(statements(properties)))
    }
    assert readers == {"PollerRole", "CallbackRole", "AccountsRole"}


def test_tenants_upstream_keys_are_written_by_one_function_and_read_by_who_speaks_to_upstream(
    template: Template,
) -> None:
    secrets = "secret:${AWS::StackName}/tenants/*"
    given = {
        name: {
            action
            for statement in statements(properties)
            if secrets in str(statement["Resource"])
            for action in as_list(statement["Action"])
        }
        for name, properties in template.of_type("AWS::IAM::Role").items()
    }
    written = {f"secretsmanager:{verb}Secret" for verb in ("Create", "Update", "Describe", "Delete")}
    read = {"secretsmanager:GetSecretValue"}
    expected = {"AccountsRole": written | read, "PollerRole": read, "CallbackRole": read}
    assert {name: actions for name, actions in given.items() if actions} == expected


def test_budgets_are_written_only_by_those_whose_saves_can_settle_and_nothing_else_by_them(
    template: Template,
) -> None:
    accounts = {"Fn::GetAtt": ["AccountsTable", "Arn"]}
    writers: dict[str, list[Any]] = {}
    for name, properties in template.of_type("AWS::IAM::Role").items():
        for statement in statements(properties):
            if statement["Resource"] == accounts and "dynamodb:UpdateItem" in as_list(statement["Action"]):
                writers.setdefault(name, []).append((statement["Action"], statement.get("Condition")))
    of_tenants = ("dynamodb:UpdateItem", within("TENANT#*"))
    of_models = (["dynamodb:GetItem", "dynamodb:UpdateItem"], within("MODEL#*"))
    assert set(writers) == {"SubmitRole", "PollerRole", "CallbackRole", "AccountsRole"}
    assert writers["SubmitRole"] == writers["CallbackRole"] == [of_tenants]
    assert writers["PollerRole"] == [of_tenants, of_models]  # inference times


def within(keys: str) -> dict[str, Any]:
    return {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": keys}}
