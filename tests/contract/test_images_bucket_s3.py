"""What S3 is told of a picture. That it checks the checksum is S3's own doing: moto doesn't."""

import base64
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from contract.test_images_bucket import KEY, create_bucket
from darkroom.aws.clients import Clients
from darkroom.aws.images_bucket import S3ImagesBucket
from darkroom.ports import ThrottledError
from memory.jobs import a_job
from memory.pictures import FakePicture


@pytest.fixture
def bucket(clients: Clients) -> S3ImagesBucket:
    create_bucket(clients)
    return S3ImagesBucket(clients.s3, "images")


@pytest.fixture
def sent(clients: Clients) -> Iterator[list[tuple[Any, int]]]:
    """The requests for PutObject as they go to the network, and where their body stands then."""
    requests: list[tuple[Any, int]] = []

    def note(request: Any, **_: Any) -> None:
        requests.append((request, request.body.tell()))

    clients.s3.meta.events.register_first("before-send.s3.PutObject", note)
    yield requests
    clients.s3.meta.events.unregister("before-send.s3.PutObject", note)


def test_the_object_says_what_it_is_and_whose(clients: Clients, bucket: S3ImagesBucket) -> None:
    bucket.put(KEY, FakePicture(b"bytes", content_type="image/webp"), a_job())
    head = clients.s3.head_object(Bucket="images", Key=KEY)
    assert head["ContentType"] == "image/webp"
    assert head["ContentDisposition"] == 'attachment; filename="job_1-0.png"'
    assert head["Metadata"] == {"tenant": "acme", "job": a_job().id}


def test_the_file_itself_goes_up_with_its_checksum_and_nothing_reads_it_before(
    bucket: S3ImagesBucket, sent: list[tuple[Any, int]]
) -> None:
    picture = FakePicture(b"p" * 3_000_000)
    bucket.put(KEY, picture, a_job())
    ((request, position),) = sent
    assert (request.body, position) == (picture.file, 0)
    assert request.headers["x-amz-checksum-sha256"] == base64.b64encode(picture.sha256)
    assert request.headers["X-Amz-Content-SHA256"] == b"UNSIGNED-PAYLOAD"
    assert request.headers["Content-Length"] == b"3000000"
    assert request.url.startswith("https://")


def test_a_refusal_to_read_is_none_and_another_error_is_raised(
    clients: Clients, bucket: S3ImagesBucket
) -> None:
    """A role that may not list the bucket is refused what is not there; see S3's GetObject."""
    with Stubber(clients.s3) as s3:
        s3.add_client_error("get_object", "AccessDenied", http_status_code=403)
        s3.add_client_error("get_object", "SlowDown", http_status_code=503)
        s3.add_client_error("get_object", "InvalidObjectState", http_status_code=403)
        assert bucket.read(KEY) is None
        with pytest.raises(ThrottledError):
            bucket.read(KEY)
        with pytest.raises(ClientError):
            bucket.read(KEY)


def test_a_link_goes_to_the_region_and_is_signed_with_sigv4(bucket: S3ImagesBucket) -> None:
    link = urlsplit(bucket.presign(KEY, 600))
    query = parse_qs(link.query)
    assert link.hostname == "images.s3.eu-central-1.amazonaws.com"
    assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert query["X-Amz-Expires"] == ["600"]
