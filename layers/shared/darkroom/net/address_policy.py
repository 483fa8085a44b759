"""Which addresses count as public. Pure: looks nothing up.

`ipaddress.is_global` is not this policy: it differs between Python versions and lets tunnels through.
The ranges are those of the IANA special-purpose registries, and 168.63.129.16, Azure's host agent.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_DENIED_IPV4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
_GLOBAL_UNICAST = IPv6Network("2000::/3")
"""All else is denied, and with it 64:ff9b:1::/48, 100::/64, 5f00::/16, fc00::/7, fe80::/10, ff00::/8."""
_DENIED_IPV6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # IETF protocol assignments: Teredo (2001::/32), benchmarking, ORCHID
        "2001:db8::/32",
        "3fff::/20",
    )
)
_IPV4_IN_LAST_32_BITS = (
    IPv6Network("::/96"),
    IPv6Network("::ffff:0:0/96"),
    IPv6Network("64:ff9b::/96"),
)
_6TO4 = IPv6Network("2002::/16")


def is_public(address: str | IPv4Address | IPv6Address) -> bool:
    """False for anything that is no address in its standard spelling, or that has a zone id."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv4Address):
        return _is_public_ipv4(parsed)
    if parsed.scope_id is not None:
        return False
    embedded = _embedded_ipv4(parsed)
    if embedded is not None:
        return _is_public_ipv4(embedded)
    return parsed in _GLOBAL_UNICAST and not any(parsed in network for network in _DENIED_IPV6)


def _is_public_ipv4(address: IPv4Address) -> bool:
    return not any(address in network for network in _DENIED_IPV4)


def _embedded_ipv4(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that a translator, a tunnel or the kernel would really talk to."""
    if any(address in network for network in _IPV4_IN_LAST_32_BITS):
        return IPv4Address(address.packed[12:])
    return IPv4Address(address.packed[2:6]) if address in _6TO4 else None
