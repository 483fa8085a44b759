"""Re-applies, after each deployment, what MiniStack's CloudFormation (1.5.33) drops of our template.

Gateway responses, the tables' time to live and point-in-time recovery, the bucket's lifecycle; and a
concurrency that comes from a parameter, which arrives there as text that its poller can't compare. All
values are read from the deployed template: nothing is said twice.
"""

from typing import Any

from local import aws
from local.home import API_ID, STACK_NAME, STAGE, Home

_GATEWAY_RESPONSES = "x-amazon-apigateway-gateway-responses"


def apply(home: Home) -> None:
    template = aws.client("cloudformation", home).get_template(
        StackName=STACK_NAME, TemplateStage="Processed"
    )
    physical_ids = aws.physical_ids(home)
    for logical_id, resource in template["TemplateBody"]["Resources"].items():
        mend = _MENDED.get(resource["Type"])
        if mend and logical_id in physical_ids:
            mend(home, physical_ids[logical_id], resource["Properties"])


def _mend_api(home: Home, api_id: str, properties: dict[str, Any]) -> None:
    gateway = aws.client("apigateway", home)
    for response_type, response in properties["Body"].get(_GATEWAY_RESPONSES, {}).items():
        changes = {
            name: response[name] for name in ("responseParameters", "responseTemplates") if name in response
        }
        if "statusCode" in response:
            changes["statusCode"] = str(response["statusCode"])
        gateway.put_gateway_response(restApiId=api_id, responseType=response_type, **changes)
    gateway.create_deployment(restApiId=API_ID, stageName=STAGE)  # a deployment holds a copy of them


def _mend_table(home: Home, name: str, properties: dict[str, Any]) -> None:
    dynamodb = aws.client("dynamodb", home)
    status = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]["TimeToLiveStatus"]
    wanted = properties.get("TimeToLiveSpecification")
    if wanted and status != "ENABLED":
        dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=wanted)
    dynamodb.update_continuous_backups(
        TableName=name, PointInTimeRecoverySpecification=properties["PointInTimeRecoverySpecification"]
    )


def _mend_bucket(home: Home, name: str, properties: dict[str, Any]) -> None:
    """CloudFormation and S3 spell the same rules differently."""
    parameters = _parameters(home)
    rules = []
    for rule in properties["LifecycleConfiguration"]["Rules"]:
        mended = {"ID": rule["Id"], "Status": rule["Status"], "Filter": {"Prefix": ""}}
        if days := rule.get("ExpirationInDays"):
            mended["Expiration"] = {"Days": int(parameters[days["Ref"]])}
        if rule.get("ExpiredObjectDeleteMarker"):
            mended["Expiration"] = {"ExpiredObjectDeleteMarker": True}
        for same in ("NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload"):
            if same in rule:
                mended[same] = rule[same]
        rules.append(mended)
    aws.client("s3", home).put_bucket_lifecycle_configuration(
        Bucket=name, LifecycleConfiguration={"Rules": rules}
    )


def _mend_event_source(home: Home, mapping: str, properties: dict[str, Any]) -> None:
    wanted = int(_parameters(home)[properties["ScalingConfig"]["MaximumConcurrency"]["Ref"]])
    aws.client("lambda", home).update_event_source_mapping(
        UUID=mapping, ScalingConfig={"MaximumConcurrency": wanted}
    )


def _parameters(home: Home) -> dict[str, str]:
    stack = aws.client("cloudformation", home).describe_stacks(StackName=STACK_NAME)["Stacks"][0]
    return {each["ParameterKey"]: each["ParameterValue"] for each in stack["Parameters"]}


_MENDED = {
    "AWS::ApiGateway::RestApi": _mend_api,
    "AWS::DynamoDB::Table": _mend_table,
    "AWS::Lambda::EventSourceMapping": _mend_event_source,
    "AWS::S3::Bucket": _mend_bucket,
}
