"""Which URLs given by others may be called. Pure: looks nothing up; `dialer` judges the addresses.

A URL is parsed here, once, and what is sent is the parsed form: no second parser can disagree about its host.
"""

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import quote

from darkroom.net.errors import UrlRefusedError
from darkroom.net.hostnames import a_label_host

__all__ = ["SafeUrl", "UrlRefusedError", "check_url"]

MAX_CHARACTERS = 2048
_DEFAULT_PORTS = {"https": 443, "http": 80}
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?]*)(/[^?]*)?(\?.*)?", re.DOTALL)
_AUTHORITY = re.compile(r"(\[.*\]|[^:\[\]]*)(?::([0-9]{1,5}))?")
_SENT_AS_THEY_ARE = "!$%&'()*+,-./:;=?@[]_~"


@dataclass(frozen=True, slots=True)
class SafeUrl:
    """A URL that `check_url` accepted, in the very form that is sent; only `check_url` makes one."""

    scheme: str
    host: str
    """Lower-case A-labels; for a local target possibly an IP address, without brackets."""
    port: int
    target: str
    """Path and query, percent-encoded."""
    is_local: bool = False

    @property
    def authority(self) -> str:
        """The Host header: the port is named where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"


def check_url(
    url: str,
    *,
    ports: frozenset[int] = frozenset({443}),
    own_hosts: frozenset[str] = frozenset(),
    local_targets: frozenset[str] = frozenset(),
    field: str = "webhook_url",
) -> SafeUrl:
    """Raises UrlRefusedError, whose reason begins with `field`.

    `local_targets` are exact `host:port` pairs in lower case: those alone may be http, IP literals or
    local names. `own_hosts` are lower-case A-labels; a call to ourselves could go round in circles.
    """
    try:
        _check_characters(url)
        scheme, host, port, target = _parse(url)
        if scheme in _DEFAULT_PORTS and f"{host.lower()}:{port}" in local_targets:
            safe = SafeUrl(scheme, host.lower().strip("[]"), port, target, is_local=True)
        else:
            safe = SafeUrl(scheme, _public_host(scheme, host, port, ports, own_hosts), port, target)
        if len(str(safe)) > MAX_CHARACTERS:
            raise UrlRefusedError(f"must have at most {MAX_CHARACTERS} characters once percent-encoded")
        return safe
    except UrlRefusedError as refused:
        raise UrlRefusedError(f"{field} {refused.reason}") from None


def _check_characters(url: str) -> None:
    if len(url) > MAX_CHARACTERS:
        raise UrlRefusedError(f"must have at most {MAX_CHARACTERS} characters")
    if "\\" in url:
        raise UrlRefusedError("must not have a backslash")
    if "#" in url:
        raise UrlRefusedError("must not have a fragment (#…)")
    if any(unicodedata.category(character)[0] in "CZ" for character in url):
        raise UrlRefusedError("must not have white space, control or invisible characters")


def _parse(url: str) -> tuple[str, str, int, str]:
    """Scheme, host as written, port, and the target."""
    parts = _URL.fullmatch(url)
    if not parts:
        raise UrlRefusedError("must be a whole URL such as https://example.com/hook")
    scheme, authority, path, query = parts.group(1).lower(), parts[2], parts[3] or "/", parts[4] or ""
    if "@" in authority:
        raise UrlRefusedError("must not have a user name or a password")
    if "%" in authority:
        raise UrlRefusedError("must not have a percent-encoded host")
    host_and_port = _AUTHORITY.fullmatch(authority)
    if not host_and_port:
        raise UrlRefusedError("must have a host, and after it a port number or none")
    host, port = host_and_port.groups()
    target = quote(path + query, safe=_SENT_AS_THEY_ARE)
    return scheme, host, int(port or _DEFAULT_PORTS.get(scheme, 0)), target


def _public_host(scheme: str, host: str, port: int, ports: frozenset[int], own_hosts: frozenset[str]) -> str:
    if scheme != "https":
        raise UrlRefusedError("must use https")
    if not host:
        raise UrlRefusedError("must name a host")
    if host.startswith("["):
        raise UrlRefusedError("must name a host, not an IP address")
    name = a_label_host(host)
    if name in own_hosts:
        raise UrlRefusedError("must not be an address of this service itself")
    if port not in ports:
        raise UrlRefusedError(f"must use {_named(ports)}")
    return name


def _named(ports: frozenset[int]) -> str:
    numbers = ", ".join(str(port) for port in sorted(ports))
    return f"one of the ports {numbers}" if len(ports) > 1 else f"port {numbers}"
