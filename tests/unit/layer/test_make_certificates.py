"""The layer's certificates: named so that OpenSSL finds them, and AWS's roots apart."""

import hashlib
import re
import ssl
from pathlib import Path

import certifi
import pytest
from cryptography.hazmat.primitives import serialization

from hostile.certificates import HOST, Authority
from make_certificates import AMAZON_SHA256, make, write_hashed

CERTIFI = Path(certifi.where())
KNOWN_HASHES = {
    "ce5e74ef.0": "8ecde6884f3d87b1125ba31ac3fcb13d7016de7f57cc904fe1cb97c6ae98196e",  # Amazon Root CA 1
    "607986c7.0": "cb3ccbb76031e5e0138f8dd39a23f9de47ffc35e43c1144cea27d46a5ab1cb5f",  # DigiCert G2
    "4042bcee.0": "96bcec06264976f37460779acf28c5a7cfe8a3c0aae11a8ffcee05c0bddf08c6",  # ISRG Root X1
}
"""What `openssl rehash` calls the files of these SHA-256 fingerprints."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificates")
    make(CERTIFI, folder)
    return folder


def fingerprints(file: Path) -> list[str]:
    pems = re.findall("-----BEGIN.*?-----END CERTIFICATE-----", file.read_text(), re.DOTALL)
    return [hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest() for pem in pems]


def pem_of(authority: Authority) -> str:
    return authority.certificate.public_bytes(serialization.Encoding.PEM).decode()


def shakes_hands(client: ssl.SSLContext, server: ssl.SSLContext) -> None:
    """In memory, without a socket. Raises SSLCertVerificationError."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = client.wrap_bio(to_client, to_server, server_hostname=HOST)
    theirs = server.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(3):
        for side in (ours, theirs):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue


def test_openssl_names_them_the_same(made: Path) -> None:
    assert {name: fingerprints(made / "public" / name) for name in KNOWN_HASHES} == {
        name: [fingerprint] for name, fingerprint in KNOWN_HASHES.items()
    }


def test_none_is_left_out(made: Path) -> None:
    assert len(list((made / "public").iterdir())) == CERTIFI.read_text().count("BEGIN CERTIFICATE")


def test_awss_roots_are_those_five(made: Path) -> None:
    assert set(fingerprints(made / "amazon.pem")) == set(AMAZON_SHA256)
    assert ssl.create_default_context(cafile=made / "amazon.pem").cert_store_stats()["x509_ca"] == 5


def test_a_file_that_lacks_one_of_them_fails_the_build(tmp_path: Path) -> None:
    few = tmp_path / "few.pem"
    few.write_text(pem_of(Authority()))
    with pytest.raises(ValueError, match="Amazon Root CA 1"):
        make(few, tmp_path)


@pytest.mark.parametrize("name", ["Test CA", "  Zürich  ROOT\tCa ", "根证书 CA"])
def test_a_chain_to_one_of_them_is_trusted(tmp_path: Path, name: str) -> None:
    """The names are compared in their canonical form: lower case, one blank."""
    authority = Authority(name)
    write_hashed([pem_of(Authority("Another")), pem_of(authority)], tmp_path)
    shakes_hands(ssl.create_default_context(capath=tmp_path), authority.server_context())


def test_two_of_the_same_name_are_both_trusted(tmp_path: Path) -> None:
    old, new = Authority("Renewed"), Authority("Renewed")
    write_hashed([pem_of(old), pem_of(new)], tmp_path)
    for authority in (old, new):
        shakes_hands(ssl.create_default_context(capath=tmp_path), authority.server_context())


def test_a_chain_to_none_of_them_is_not(made: Path) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        shakes_hands(ssl.create_default_context(capath=made / "public"), Authority().server_context())
