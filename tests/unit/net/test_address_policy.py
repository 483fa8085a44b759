"""Each denied range: its first and last address, and what lies just outside."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkroom.net.address_policy import is_public

DENIED_IPV4 = [
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
]
DENIED_IPV6 = [
    "::/128",
    "::1/128",
    "64:ff9b:1::/48",
    "100::/64",
    "2001::/32",
    "2001:2::/48",
    "2001:10::/28",
    "2001:20::/28",
    "2001:db8::/32",
    "3fff::/20",
    "5f00::/16",
    "fc00::/7",
    "fd00:ec2::254/128",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
]
PUBLIC_NEIGHBOURS = [
    "1.0.0.0",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "168.63.129.15",
    "168.63.129.17",
    "169.253.255.255",
    "169.255.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "191.255.255.255",
    "192.0.1.0",
    "192.0.1.255",
    "192.0.3.0",
    "192.88.98.255",
    "192.88.100.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "198.51.99.255",
    "198.51.101.0",
    "203.0.112.255",
    "203.0.114.0",
    "223.255.255.255",
    "2000::",
    "2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "2001:200::",
    "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
    "2001:db9::",
    "2003::",
    "2606:2800:220:1:248:1893:25c8:1946",
    "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "3fff:1000::",
]
OUTSIDE_GLOBAL_UNICAST = [
    "64:ff9b:0:ffff:ffff:ffff:ffff:ffff",
    "64:ff9b:2::",
    "64:ff9b::1:0:0",
    "ff:ffff::",
    "100:0:0:1::",
    "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "4000::",
    "5eff::1",
    "5f01::",
    "::ffff:0:8.8.8.8",
    "fbff::1",
]


@pytest.mark.parametrize("network", DENIED_IPV4 + DENIED_IPV6)
def test_first_and_last_address_of_a_denied_range_are_refused(network: str) -> None:
    assert not is_public(ip_network(network)[0])
    assert not is_public(ip_network(network)[-1])


@pytest.mark.parametrize("address", PUBLIC_NEIGHBOURS)
def test_address_just_outside_is_public(address: str) -> None:
    assert is_public(address)
    assert is_public(ip_address(address))


@pytest.mark.parametrize("address", OUTSIDE_GLOBAL_UNICAST)
def test_ipv6_outside_global_unicast_is_refused(address: str) -> None:
    assert not is_public(address)


CARRIERS = ["::{}", "::ffff:{}", "64:ff9b::{}"]


@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize("network", DENIED_IPV4)
def test_denied_ipv4_inside_ipv6_is_refused(carrier: str, network: str) -> None:
    assert not is_public(carrier.format(ip_network(network)[0]))
    assert not is_public(carrier.format(ip_network(network)[-1]))


@pytest.mark.parametrize("carrier", CARRIERS)
def test_public_ipv4_inside_ipv6_is_judged_as_itself(carrier: str) -> None:
    assert is_public(carrier.format("8.8.8.8"))


@given(st.ip_addresses(v=4), st.binary(min_size=10, max_size=10))
def test_6to4_is_judged_by_the_ipv4_address_it_tunnels_to(inner: IPv4Address, rest: bytes) -> None:
    assert is_public(IPv6Address(b"\x20\x02" + inner.packed + rest)) == is_public(inner)


@pytest.mark.parametrize(
    "text",
    [
        "fe80::1%eth0",
        "2606:2800:220:1:248:1893:25c8:1946%1",
        "::ffff:8.8.8.8%1",
        "",
        "localhost",
        "8.8.8",
        "8.8.8.8.8",
        "010.8.8.8",
        "0x08080808",
        "134744072",
        "8.8.8.8/32",
        " 8.8.8.8",
        "8.8.8.8\n",
        "[2606:2800::1]",
    ],
)
def test_what_is_no_plain_address_is_refused(text: str) -> None:
    assert not is_public(text)


@given(st.ip_addresses())
def test_nothing_is_public_that_the_standard_library_calls_private_loopback_or_multicast(
    address: IPv4Address | IPv6Address,
) -> None:
    carried = isinstance(address, IPv6Address) and int(address) < 2**48
    if address.is_loopback or address.is_multicast or address.is_link_local or address.is_unspecified:
        assert carried or not is_public(address)
    if isinstance(address, IPv4Address) and address.is_private:
        assert not is_public(address)
