"""What a recorded request was about: the kinds of the items it named, the queue, the secret. Pure.

A kind is a short word for an item by its keys: `state`, `gate`, `profile`. Several in one request are
joined by a plus sign, in the order of their names, each with its number where it stands there more than once.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

Parameters = Mapping[str, Any]

_BY_SORT_KEY = {"key": "API key"}


def kind_of(service: str, parameters: Parameters, resources: Iterable[str]) -> str:
    match service:
        case "dynamodb":
            return _joined(_item_kinds(parameters))
        case "sqs":
            return _message_kinds(parameters)
        case "secretsmanager":
            return _secret_kind(str(parameters.get("SecretId", "")))
        case "ssm":
            return str(parameters.get("Name", "")).rsplit("/", 1)[-1]
        case "s3":
            return "picture" if any(name.startswith("outputs/") for name in resources) else "bucket"
        case _:
            return ""


def _item_kinds(parameters: Parameters) -> Iterable[str]:
    if "IndexName" in parameters:
        return [str(parameters["IndexName"])]
    if "TransactItems" in parameters:
        return [_kind_of_write(write) for write in parameters["TransactItems"]]
    if "RequestItems" in parameters:
        return [item_kind(key) for of in parameters["RequestItems"].values() for key in of["Keys"]]
    if "KeyConditionExpression" in parameters:
        return [_partition_kind(parameters["ExpressionAttributeValues"][":pk"]["S"])]
    return [item_kind(parameters.get("Item") or parameters["Key"])]


def _kind_of_write(write: Mapping[str, Parameters]) -> str:
    (act,) = write.values()
    return item_kind(act.get("Item") or act["Key"])


def item_kind(key: Mapping[str, Mapping[str, str]]) -> str:
    if "#join#" in key["pk"]["S"]:
        return "join"
    sort_key, _, rest = key["sk"]["S"].partition("#")
    return "result" if rest and sort_key == "state" else _BY_SORT_KEY.get(sort_key, sort_key)


def _partition_kind(partition_key: str) -> str:
    """A job's two items are read together."""
    return "joins" if "#join#" in partition_key else "job"


def _message_kinds(parameters: Parameters) -> str:
    queue = "webhook" if "WebhookQueue" in str(parameters.get("QueueUrl", "")) else "jobs"
    bodies = [entry["MessageBody"] for entry in parameters.get("Entries", [parameters])]
    kinds = ("tick" if '"tick"' in body else "job" for body in bodies)
    return f"{queue}: {_joined(kinds)}"


def _secret_kind(secret_id: str) -> str:
    names = {"UpstreamKey": "upstream key", "SigningKey": "signing key", "upstream-key": "own upstream key"}
    return next((kind for name, kind in names.items() if name in secret_id), "secret")


def _joined(kinds: Iterable[str]) -> str:
    counts = Counter(kinds)
    return " + ".join(kind if counts[kind] == 1 else f"{counts[kind]} {kind}" for kind in sorted(counts))
