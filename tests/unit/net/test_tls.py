"""Whose certificates are trusted: the layer's where it has been built, else certifi's."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from darkroom.aws.clients import Clients
from darkroom.net import tls


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(tls, "BUILT", tmp_path)
    for name in ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    tls.ssl_context.cache_clear()
    yield tmp_path
    tls.ssl_context.cache_clear()


def test_the_layers_are_opened_one_by_one(built: Path) -> None:
    (built / "public").mkdir()
    (built / "public" / "ce5e74ef.0").touch()
    context = tls.ssl_context()
    assert context.get_ca_certs() == []  # none is loaded before a chain needs it
    assert context.verify_mode is ssl.CERT_REQUIRED


def test_a_layer_without_any_is_an_error(built: Path) -> None:
    (built / "public").mkdir()
    with pytest.raises(FileNotFoundError):
        tls.ssl_context()


def test_without_a_layer_certifis_file_serves(built: Path) -> None:
    assert len(tls.ssl_context().get_ca_certs()) > 50


def verified_with(region: str) -> object:
    client = Clients(region).sqs
    return client._endpoint.http_session._verify  # type: ignore[attr-defined]


def test_aws_is_verified_with_amazons_roots_alone(built: Path) -> None:
    file = built / "amazon.pem"
    file.touch()
    assert verified_with("eu-central-1") == str(file)


def test_aws_in_china_is_verified_with_all(built: Path) -> None:
    (built / "amazon.pem").touch()
    assert verified_with("cn-north-1") is True


def test_without_a_layer_aws_is_verified_with_all(built: Path) -> None:
    assert verified_with("eu-central-1") is True


def test_a_bundle_of_the_operators_comes_first(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (built / "amazon.pem").touch()
    monkeypatch.setenv("AWS_CA_BUNDLE", "operators.pem")
    assert verified_with("eu-central-1") == "operators.pem"
