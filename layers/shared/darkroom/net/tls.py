"""The TLS side of outgoing connections: certificates are always verified, for the name that was asked for."""

import ssl
from functools import cache
from pathlib import Path

BUILT = Path(__file__).parent / "certificates"
"""Made by the layer's build (make_certificates.py); not there in a source tree."""


@cache
def ssl_context(certificates_directory: Path | None = None) -> ssl.SSLContext:
    """One a process: it trusts the layer's hashed certificates, else the same ones in certifi's file.

    A directory as `openssl rehash` makes it loads in 0.1 ms, the file in about 17.

    Raises FileNotFoundError for a directory without hashed certificates: OpenSSL itself would say nothing
    and trust nobody.
    """
    directory = certificates_directory or BUILT / "public"
    if certificates_directory is None and not directory.is_dir():
        import certifi

        return ssl.create_default_context(cafile=certifi.where())
    if not any(directory.glob("*.0")):
        raise FileNotFoundError(f"no hashed certificates in {directory}")
    return ssl.create_default_context(capath=directory)


def amazons_certificates() -> Path | None:
    """The roots of AWS's own endpoints, for botocore: it reads the whole file anew for each connection."""
    file = BUILT / "amazon.pem"
    return file if file.is_file() else None
