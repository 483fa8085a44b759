"""A good engineer's first version: pictures in memory, Pillow's own check, botocore's defaults."""

import hashlib
import io
import json
import ssl
from typing import Any

import boto3
import httpx
from PIL import Image

from benchmarks.finishing.worker import Finish, each


def finisher(base_url: str, certificate: str) -> Finish:
    table: Any = boto3.resource("dynamodb").Table("jobs")
    s3 = boto3.client("s3")
    http = httpx.Client(verify=ssl.create_default_context(cafile=certificate), timeout=30)

    def finish_one(name: str) -> None:
        pk = f"acme#job_{name}"
        items = table.query(
            KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": pk}, ConsistentRead=True
        )["Items"]
        result = http.get(f"{base_url}/api/v3/predictions/{items[1]['prediction_id']}/result").json()
        content = http.get(result["data"]["outputs"][0]).content
        picture = Image.open(io.BytesIO(content))
        picture.verify()
        digest = hashlib.sha256(content).hexdigest()
        s3.put_object(Bucket="images", Key=f"{name}.jpg", Body=content, ContentType="image/jpeg")
        table.put_item(Item={**items[1], "status": "completed", "sha256": digest})
        event = {"type": "job.completed", "data": {"id": name, "sha256": digest, "size": picture.size}}
        http.post(items[0]["webhook_url"], content=json.dumps(event).encode()).raise_for_status()
        table.put_item(Item={**items[1], "delivery": "delivered"})

    return each(finish_one)
