"""What every ImagesBucket does: the fake that the tests run on, and the one on S3."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from darkroom.aws.clients import Clients
from darkroom.aws.images_bucket import S3ImagesBucket
from darkroom.ports import ImagesBucket
from memory.images_bucket import MemoryImagesBucket
from memory.jobs import a_job
from memory.pictures import FakePicture

KEY = "outputs/acme/job_1/0.png"


@dataclass(frozen=True)
class Place:
    bucket: ImagesBucket
    body: Callable[[str], bytes]


@pytest.fixture(params=["memory", "s3"])
def place(request: pytest.FixtureRequest) -> Place:
    if request.param == "memory":
        memory = MemoryImagesBucket("images")
        return Place(memory, lambda key: memory.objects[key].body)
    clients: Clients = request.getfixturevalue("clients")
    create_bucket(clients)
    return Place(
        S3ImagesBucket(clients.s3, "images"),
        lambda key: clients.s3.get_object(Bucket="images", Key=key)["Body"].read(),
    )


def create_bucket(clients: Clients) -> None:
    clients.s3.create_bucket(
        Bucket="images", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )


def test_a_picture_is_stored_whole(place: Place) -> None:
    place.bucket.put(KEY, FakePicture(b"p" * 300_000), a_job())
    assert place.body(KEY) == b"p" * 300_000


def test_what_was_stored_is_read_whole(place: Place) -> None:
    place.bucket.put(KEY, FakePicture(b"p" * 300_000), a_job())
    assert place.bucket.read(KEY) == b"p" * 300_000


def test_what_is_not_there_is_read_as_none(place: Place) -> None:
    assert place.bucket.read(KEY) is None


def test_to_store_it_again_is_harmless(place: Place) -> None:
    for _ in range(2):
        place.bucket.put(KEY, FakePicture(b"the same"), a_job())
    assert place.body(KEY) == b"the same"


def test_the_uri_names_bucket_and_key(place: Place) -> None:
    assert place.bucket.uri(KEY) == f"s3://images/{KEY}"


def test_a_presigned_link_is_https_and_names_the_key(place: Place) -> None:
    link = place.bucket.presign(KEY, 600)
    assert link.startswith("https://")
    assert KEY in link
    assert "600" in link
