"""Which addresses are asked for, and which are public."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from web_fetching import Fetch, Network, refusal

from index.types import LoadError
from index.web.addresses import is_public
from index.web.fetching import Fetcher


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("file:///etc/passwd", "only http and https are fetched"),
        ("ftp://example.org/a", "only http and https are fetched"),
        ("javascript:alert(1)//x", "only http and https are fetched"),
        ("//127.0.0.1/x", "it is no web address"),
        ("x", "it is no web address"),
        ("", "it is no web address"),
        ("http://", "it is no web address"),
        ("http:///x", "it is no web address"),
        ("https://[::1", "it is no web address"),
        ("http://[::1%25lo]/", "it is no web address"),
        ("http://[v1.x]:1x/", "it is no web address"),
        ("http://exa mple.org/", "it is no web address"),
        ("http://exa%2Emple.org/", "it is no web address"),
        ("http://exa<mple.org/", "it is no web address"),
        ("http://\udcff/", "it is no web address"),
        ("http://xn--\u00e9.example/", "it is no web address"),
        ("http://example.org:99999/", "it is no web address"),
        ("http://example.org:x/", "it is no web address"),
        ("http://example.org:0/", "port 0 is none of the web's"),
        ("http://example.org:22/", "port 22 is none of the web's"),
        ("http://user:secret@example.org/", "an address with a name and password in it is not fetched"),
        ("http://user@example.org/", "an address with a name and password in it is not fetched"),
        ("http://@example.org/", "an address with a name and password in it is not fetched"),
        ("http://example.org\\@127.0.0.1/", "an address with a name and password in it is not fetched"),
        ("http://example.org/" + "é" * 500, "an address of more than 2,000 characters is not fetched"),
        ("http://" + "ְ\u0301" * 40_000, "an address of more than 2,000 characters is not fetched"),
    ],
)
def test_what_is_no_address_of_a_page_is_refused(fetch: Fetch, network: Network, url: str, reason: str) -> None:
    assert refusal(fetch, url) == reason
    assert (network.looked_up, network.connected) == ([], [])


@given(st.text("ab1:/?#@\\%[] ", max_size=6), st.text("ab1:/?#@\\%[] ", max_size=6), st.sampled_from(["/", "//", ""]))
def test_no_refusal_shows_a_password(before: str, behind: str, slashes: str) -> None:
    url = f"http:{slashes}user:{before}s3cret{behind}@127.0.0.1/story"
    with pytest.raises(LoadError) as caught:
        Fetcher().fetch(url)
    error: BaseException | None = caught.value
    while error:
        assert "s3cret" not in str(error)
        error = error.__cause__


def test_a_refusal_shows_the_rest_of_the_address() -> None:
    for url, shown in [
        ("http://user:s3@cret@127.0.0.1:80/a/b?c=d", "http://127.0.0.1:80/a/b?c=d"),
        ("http://127.0.0.1/@someone/story", "http://127.0.0.1/@someone/story"),
        ("https://[::1]:8080/a", "https://[::1]:8080/a"),
        ("http://user:s3cr/et@127.0.0.1/", "http://…"),
        ("http://127.0.0.1/\x1b[2J\u202e", "http://127.0.0.1/?[2J?"),
    ]:
        with pytest.raises(LoadError) as caught:
            Fetcher().fetch(url)
        assert caught.value.path == shown


SPECIAL = """
0.0.0.0/8 0.0.0.0/32 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.0.0/29
192.0.0.8/32 192.0.0.9/32 192.0.0.10/32 192.0.0.170/32 192.0.0.171/32 192.0.2.0/24 192.31.196.0/24 192.52.193.0/24
192.88.99.0/24 192.88.99.2/32 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 240.0.0.0/4
255.255.255.255/32 224.0.0.0/4 168.63.129.16/32 169.254.169.254/32 100.100.100.200/32
::1/128 ::/128 ::ffff:0:0/96 64:ff9b:1::/48 100::/64 100:0:0:1::/64 2001::/23 2001::/32 2001:1::1/128 2001:1::2/128
2001:1::3/128 2001:2::/48 2001:3::/32 2001:4:112::/48 2001:10::/28 2001:20::/28 2001:30::/28 2001:db8::/32 2002::/16
2620:4f:8000::/48 3fff::/20 5f00::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8 ::/96 ::ffff:0:0:0/96 fd00:ec2::254/128
64:ff9b::/104 64:ff9b::7f00:0/104 64:ff9b::a00:0/104 64:ff9b::a9fe:a9fe/128 64:ff9b::c0a8:0/112 64:ff9b::e000:0/100
4000::/2
""".split()
"""IANA's two registries of special addresses, multicast, the clouds' metadata, what NAT64 makes of such addresses, and
what was never given out."""


@given(st.sampled_from(SPECIAL), st.data())
def test_special_addresses_are_not_public(special: str, data: st.DataObject) -> None:
    network = ipaddress.ip_network(special)
    inside = network[data.draw(st.integers(0, network.num_addresses - 1))]
    assert not any(map(is_public, (network[0], network[-1], inside)))


PUBLIC = """
1.0.0.0 8.8.8.8 9.255.255.255 11.0.0.0 93.184.216.34 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0
168.63.129.15 168.63.129.17 169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 191.255.255.255 192.0.1.0 192.0.3.0
192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 198.51.99.255 198.51.101.0 203.0.112.255 203.0.114.0
223.255.255.255 2000:: 2001:200:: 2001:db7:ffff:: 2001:db9:: 2003:: 2606:4700::1111 2620:4f:7fff:: 2620:4f:8001::
2a00:1450:4001::1 3ffe:: 3fff:1000:: 64:ff9b::808:808
""".split()


@pytest.mark.parametrize("address", PUBLIC)
def test_ordinary_addresses_and_those_beside_the_special_ones_are_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@given(st.ip_addresses())
def test_nothing_is_public_that_python_knows_to_be_otherwise(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    known = address.is_private or address.is_loopback or address.is_link_local or address.is_multicast
    assert not (is_public(address) and (known or address.is_unspecified or not address.is_global))
