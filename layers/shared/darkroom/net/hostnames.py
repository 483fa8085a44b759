"""Which host names of a URL are acceptable, in the form that is resolved and verified. Looks nothing up."""

import re
import unicodedata

from darkroom.net.errors import UrlRefusedError

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_NUMERIC = re.compile(r"[0-9]+|0x[0-9a-f]*")
"""The last label of a host that URL parsers read as an IPv4 address, 0x7f.1 and 2130706433 included."""
_LOCAL_SUFFIXES = ("localhost", "localdomain", "local", "internal", "home.arpa", "onion")
_HAN = frozenset({"CJK", "IDEOGRAPHIC"})
_WRITING_SYSTEMS = (_HAN | {"HIRAGANA", "KATAKANA"}, _HAN | {"HANGUL"}, _HAN | {"BOPOMOFO"})
"""Scripts that one language mixes in one word."""


def a_label_host(host: str) -> str:
    """The host as lower-case A-labels (`xn--…`). Raises UrlRefusedError."""
    lowered = "".join(map(str.lower, host))
    if not lowered.isascii() or any(label.startswith("xn--") for label in lowered.split(".")):
        lowered = _encoded(lowered)
    _check_labels(lowered)
    return lowered


def _check_labels(host: str) -> None:
    labels = host.split(".")
    if host.endswith("."):
        raise UrlRefusedError("must name a host that does not end in a dot")
    if _NUMERIC.fullmatch(labels[-1]):
        raise UrlRefusedError("must name a host, not an IP address")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise UrlRefusedError("must name a valid host (labels of letters, digits and hyphens)")
    if len(labels) == 1 or any(f".{host}".endswith(f".{suffix}") for suffix in _LOCAL_SUFFIXES):
        raise UrlRefusedError("must name a host that is reachable from the internet, not a local name")


def _encoded(host: str) -> str:
    """UTS 46 without its mapping: what stands for another letter (full-width, zero-width) is refused."""
    import idna

    normal = unicodedata.normalize("NFC", host)
    try:
        mapped = idna.uts46_remap(normal, std3_rules=True, transitional=False)
        encoded = idna.encode(mapped).decode("ascii")
        labels = idna.decode(encoded).split(".")
    except ValueError:  # idna.IDNAError is one; a code point newer than the tables raises a bare one
        raise UrlRefusedError("must name a valid host (its international name breaks IDNA 2008)") from None
    if mapped != normal:
        raise UrlRefusedError("must not have look-alike characters in its host")
    if any(_mixes_scripts(label) for label in labels):
        raise UrlRefusedError("must not mix scripts in a part of its host")
    return encoded


def _mixes_scripts(label: str) -> bool:
    scripts = {_script(letter) for letter in label} - {None}
    return len(scripts) > 1 and not any(scripts <= system for system in _WRITING_SYSTEMS)


def _script(letter: str) -> str | None:
    """The first word of the Unicode name is the script; None for what all scripts share."""
    if letter in "0123456789-":
        return None
    name = unicodedata.name(letter, "UNNAMED")
    return None if name.startswith("COMBINING") else re.split("[ -]", name, maxsplit=1)[0]
