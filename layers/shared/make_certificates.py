"""Run by the layer's Makefile: certifi's certificates in the two forms that are quick to load.

    public/{hash}.N   each one in a file, named as `openssl rehash` names it: OpenSSL opens what it needs
    amazon.pem        those alone that AWS's endpoints are signed with

Usage: python make_certificates.py CERTIFI_PEM FOLDER
"""

import hashlib
import re
import ssl
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

AMAZON_SHA256 = {
    "8ecde6884f3d87b1125ba31ac3fcb13d7016de7f57cc904fe1cb97c6ae98196e": "Amazon Root CA 1",
    "1ba5b2aa8c65401a82960118f80bec4f62304d83cec4713a19c39c011ea46db4": "Amazon Root CA 2",
    "18ce6cfe7bf14e60b2e347b8dfe868cb31d02ebb3ada271569f50343b46db3a4": "Amazon Root CA 3",
    "e35d28419ed02025cfa69038cd623962458da5c695fbdea3c22b0bfb25897092": "Amazon Root CA 4",
    "568d6905a2c88708a4b3025190edcfedb1974a606a13c6e5290fcb2ae63edab5": "Starfield Services Root CA - G2",
}
"""Amazon Trust Services' roots, as its repository lists them."""

_PEM = re.compile("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)
_SEQUENCE, _SET, _UTF8 = 0x30, 0x31, 0x0C
_VERSION = 0xA0
_TEXTS = {0x0C: "utf-8", 0x13: "ascii", 0x14: "latin-1", 0x16: "ascii", 0x1A: "ascii", 0x1E: "utf-16-be"}
"""Of ASN.1's kinds of text those that a name is compared by: UTF-8, printable, teletex, IA5, visible, BMP."""


def make(certifi_pem: Path, folder: Path) -> None:
    """Raises ValueError where one of Amazon's is missing."""
    found = _PEM.findall(certifi_pem.read_text())
    amazon = {_fingerprint(pem): pem for pem in found if _fingerprint(pem) in AMAZON_SHA256}
    if missing := [name for sha256, name in AMAZON_SHA256.items() if sha256 not in amazon]:
        raise ValueError(f"{certifi_pem} lacks {', '.join(missing)}")
    write_hashed(found, folder / "public")
    (folder / "amazon.pem").write_text("\n".join(amazon.values()) + "\n")


def write_hashed(pems: list[str], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    taken: Counter[str] = Counter()
    for pem in pems:
        name = subject_hash(ssl.PEM_cert_to_DER_cert(pem))
        (folder / f"{name}.{taken[name]}").write_text(pem + "\n")
        taken[name] += 1


def subject_hash(certificate: bytes) -> str:
    """OpenSSL's X509_NAME_hash: of SHA-1 over the name in its canonical form the first four bytes."""
    [(_, signed), *_] = _parts(_content(certificate))
    fields = [content for tag, content in _parts(signed) if tag != _VERSION]
    subject = fields[4]  # after the serial number, the algorithm, the issuer and the validity
    canonical = b"".join(_encoded(_SET, _canonical(each)) for _, each in _parts(subject))
    digest = hashlib.sha1(canonical, usedforsecurity=False).digest()
    return f"{int.from_bytes(digest[:4], 'little'):08x}"


def _canonical(relative_name: bytes) -> bytes:
    """Texts become UTF-8 in lower case, white space one blank and none at the ends."""
    pairs = []
    for _, pair in _parts(relative_name):
        [(oid_tag, oid), (tag, value)] = _parts(pair)
        if tag in _TEXTS:
            # ASCII letters alone are lowered, and ASCII white space alone is one
            words = re.split(r"[ \t\n\v\f\r]+", value.decode(_TEXTS[tag]))
            lowered = re.sub("[A-Z]+", lambda found: found[0].lower(), " ".join(filter(None, words)))
            tag, value = _UTF8, lowered.encode()
        pairs.append(_encoded(_SEQUENCE, _encoded(oid_tag, oid) + _encoded(tag, value)))
    return b"".join(sorted(pairs))


def _content(der: bytes) -> bytes:
    [(_, content)] = _parts(der)
    return content


def _parts(der: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and content of each element."""
    at = 0
    while at < len(der):
        tag, length, at = der[at], der[at + 1], at + 2
        if length & 0x80:
            size = length & 0x7F
            length, at = int.from_bytes(der[at : at + size], "big"), at + size
        yield tag, der[at : at + length]
        at += length


def _encoded(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def _fingerprint(pem: str) -> str:
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()


if __name__ == "__main__":
    make(Path(sys.argv[1]), Path(sys.argv[2]))
