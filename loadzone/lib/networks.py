"""Networks of IP addresses, for limits that count by network."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

# Bits. One household has a whole /64 and could use a new address for each request.
IPV6_PREFIX = 64


def network_of(text: str) -> str:
    """Return an IPv4 address as it is, and the /64 network of an IPv6 address.

    Text that is no address is returned unchanged, since a proxy may send anything. Empty text gives "nowhere".
    """
    try:
        address = ip_address(text)
    except ValueError:
        return text or "nowhere"
    if not isinstance(address, IPv6Address):
        return str(address)
    return str(address.ipv4_mapped or ip_network((int(address), IPV6_PREFIX), strict=False))
