"""Which addresses of the web may be asked for."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urljoin, urlsplit, urlunsplit

import idna

from index.types import RefusedError

LONGEST_URL = 2000
"""Characters; an article's link is kept up to this length."""

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

# Our own list, of IANA's registries of special addresses: Python's differs between its releases.
NOT_PUBLIC = [
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # behind a provider's NAT
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # public by its number, but inside Azure it is the machine's own keeper
        "169.254.0.0/16",  # link-local, with the clouds' metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112, which anyone may run in his own network
        "192.52.193.0/24",  # multicast tunnels
        "192.88.99.0/24",  # relays of 6to4
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
        "2001::/23",  # protocol assignments, with the tunnels of Teredo
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, which leads to any IPv4 address
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
]
UNICAST = ipaddress.IPv6Network("2000::/3")
"""All that is public in IPv6; loopback, mapped, private, link-local and multicast addresses lie outside it."""
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""How networks that have IPv6 alone reach IPv4; the last 32 bits are the true address."""
LOOPBACK = [ipaddress.ip_network(network) for network in ("127.0.0.0/8", "::1/128")]


def is_public(address: IPAddress) -> bool:
    """Whether an address belongs to the internet, and not to this machine, its network, or nobody."""
    if address in NAT64:
        return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    if address.version == 6 and address not in UNICAST:
        return False
    return not any(address in network for network in NOT_PUBLIC)


def checked_url(url: str, base: str = "") -> str:
    """The URL as it is asked for, without a fragment. Raises RefusedError where it is none to fetch."""
    try:
        joined = urljoin(base, url)
        _refuse_long(joined)  # what reads a host takes the square of its length
        parts = urlsplit(joined)
        if parts.scheme not in {"http", "https"}:
            raise RefusedError("only http and https are fetched" if parts.scheme else "it is no web address")
        host, port = _host(parts.hostname or ""), parts.port
    except RefusedError:
        raise
    except ValueError:  # whose words quote what it was, and with it a password
        raise RefusedError("it is no web address") from None
    if parts.username is not None:
        raise RefusedError("an address with a name and password in it is not fetched")
    # Below 1024 other services listen, and some would obey lines of a request.
    if port not in {None, 80, 443} and port < 1024:
        raise RefusedError(f"port {port} is none of the web's")
    place = host if port in {None, 443 if parts.scheme == "https" else 80} else f"{host}:{port}"
    whole = urlunsplit((parts.scheme, place, _percent_encoded(parts.path) or "/", _percent_encoded(parts.query), ""))
    _refuse_long(whole)
    return whole


def _refuse_long(url: str) -> None:
    if len(url) > LONGEST_URL:
        raise RefusedError(f"an address of more than {LONGEST_URL:,} characters is not fetched")


def _host(name: str) -> str:
    if ":" in name and "%" not in name:  # which would begin a zone, and those are local
        return f"[{ipaddress.IPv6Address(name).compressed}]"
    host = (name if name.isascii() else idna.encode(name, uts46=True).decode()).removesuffix(".")
    if not re.fullmatch(r"[a-z0-9._-]{1,253}", host):
        raise ValueError(name)
    return host


def _percent_encoded(text: str) -> str:
    """With a percent sign for what no request line and no comment can hold."""
    plain = re.sub(rb"[^!#-;=?-\[\]_a-z~]", lambda sign: b"%%%02X" % sign[0][0], text.encode("utf-8", "replace"))
    return plain.decode("ascii")
