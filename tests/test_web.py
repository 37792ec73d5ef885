"""Pages are fetched over real connections, from servers that may be hostile."""

from __future__ import annotations

import ipaddress
import resource
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from web_server import STORY, WebServer, web_server

from index.types import LoadError
from index.web import Fetcher, Page, file_name, is_public


@pytest.fixture(scope="module")
def server() -> Iterator[WebServer]:
    with web_server() as server:
        yield server


@pytest.fixture
def fetch() -> Callable[[str], Page]:
    return Fetcher(allow_loopback=True, step_seconds=0.5, total_seconds=1.0).fetch


def refusal(fetch: Callable[[str], Page], url: str) -> str:
    with pytest.raises(LoadError) as caught:
        fetch(url)
    assert "\n" not in str(caught.value)
    return caught.value.reason


@pytest.mark.parametrize("path", ["/story", "/latin", "/packed", "/moved", "/moved-twice"])
def test_a_page_comes_in_utf_8_with_its_address(server: WebServer, fetch: Callable[[str], Page], path: str) -> None:
    page = fetch(server.url + path)
    url = server.url + ("/story" if path.startswith("/moved") else path)
    assert (page.url, page.suffix) == (url, ".html")
    comment, _, html = page.content.decode("utf-8-sig").partition("\n")
    assert comment == f"<!-- saved from url=({len(url):04d}){url} -->"
    assert html == STORY


def test_a_page_that_names_its_own_charset_is_left_as_it_is(server: WebServer, fetch: Callable[[str], Page]) -> None:
    assert fetch(server.url + "/own-charset").content.endswith(STORY.encode("cp1252"))


@pytest.mark.parametrize(("path", "suffix"), [("/feed", ".xml"), ("/report.pdf", ".pdf"), ("/lines.jsonl", ".jsonl")])
def test_other_kinds_are_known_by_type_or_name(
    server: WebServer, fetch: Callable[[str], Page], path: str, suffix: str
) -> None:
    assert fetch(server.url + path).suffix == suffix


def test_a_request_says_who_asks_and_carries_nothing_else(server: WebServer, fetch: Callable[[str], Page]) -> None:
    fetch(server.url + "/story?a=b--c#part")
    request = server.requests[-1]
    assert request.startswith("GET /story?a=b%2D%2Dc HTTP/1.1\r\n")
    assert "User-Agent: Kabar/" in request
    assert not any(name in request.lower() for name in ("cookie", "authorization", "referer"))


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/circle", "more than 5 redirects"),
        ("/to-file", "only http and https"),
        ("/to-ftp", "only http and https"),
        ("/to-private", "not public"),
        ("/to-metadata", "not public"),
        ("/to-password", "name and password"),
        ("/picture", "image/png"),
        ("/untyped", "no content type"),
        ("/empty", "empty"),
        ("/missing", "status 404"),
        ("/failing", "status 503"),
        ("/too-long", "larger than 20 MB"),
        ("/gigabyte", "larger than 20 MB"),
        ("/bomb", "larger than 20 MB"),
        ("/cut", "broke off"),
        ("/brotli", "not asked for"),
        ("/not-gzip", "makes no sense"),
        ("/dripping", "takes too long"),
        ("/dripping-head", "takes too long"),
        ("/silent", "takes too long"),
        ("/rubbish", "makes no sense"),
        ("/reset", "broke off"),
    ],
)
def test_a_bad_page_is_refused_in_words(
    server: WebServer, fetch: Callable[[str], Page], path: str, reason: str
) -> None:
    assert reason in refusal(fetch, server.url + path)


def test_a_huge_answer_is_given_up_early(server: WebServer, fetch: Callable[[str], Page]) -> None:
    before, memory = server.sent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for path in ("/gigabyte", "/bomb"):
        refusal(fetch, server.url + path)
    assert server.sent - before < 100_000_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory < 150_000  # kilobytes


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "ftp://example.org/a", "javascript:alert(1)", "http://", "http:///x", "https://[::1", "x",
        "http://example.org:99999/", "http://user:secret@example.org/", "http://exa mple.org/", "http://\udcff/",
    ],
)  # fmt: skip
def test_what_is_no_web_address_is_refused(fetch: Callable[[str], Page], url: str) -> None:
    with pytest.raises(LoadError) as caught:
        fetch(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "0.0.0.0", "[::ffff:127.0.0.1]", "127.1", "2130706433", "0x7f.1"],  # noqa: S104
)
def test_this_machine_is_never_reached_without_leave(server: WebServer, host: str) -> None:
    before = len(server.requests)
    assert refusal(Fetcher(total_seconds=2.0).fetch, f"http://{host}:{server.port}/story")
    assert len(server.requests) == before


def test_no_setting_opens_the_way(server: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, server.url)
    monkeypatch.setenv("NO_PROXY", "")
    before = len(server.requests)
    assert refusal(Fetcher(total_seconds=2.0).fetch, "http://192.168.0.1/x")
    assert len(server.requests) == before


def resolver(*answers: list[str]) -> Callable[..., list[tuple[Any, ...]]]:
    """A DNS that gives another answer to each look-up."""
    waiting = list(answers)

    def resolve(_host: str, port: int, **_options: object) -> list[tuple[Any, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in waiting.pop(0)]

    return resolve


def test_a_name_that_changes_its_address_gains_nothing(server: WebServer) -> None:
    before = len(server.requests)
    # The first answer is refused as it stands; it is never looked up a second time.
    for answers in ([["127.0.0.1"], ["93.184.216.34"]], [["93.184.216.34", "10.0.0.1"], ["93.184.216.34"]]):
        fetcher = Fetcher(resolve=resolver(*answers), total_seconds=1.0)
        assert "not public" in refusal(fetcher.fetch, f"http://news.example:{server.port}/story")
    assert len(server.requests) == before


def test_every_redirect_is_looked_up_and_checked_again(server: WebServer) -> None:
    fetcher = Fetcher(resolve=resolver(["127.0.0.1"], ["10.0.0.1"]), allow_loopback=True)
    before = len(server.requests)
    assert "not public" in refusal(fetcher.fetch, f"http://news.example:{server.port}/moved")
    assert len(server.requests) == before + 1


def test_the_address_that_was_checked_is_the_one_that_is_connected_to(server: WebServer) -> None:
    fetcher = Fetcher(resolve=resolver(["127.0.0.1"]), allow_loopback=True)  # a second look-up would fail
    assert fetcher.fetch(f"http://news.example:{server.port}/story").url.startswith("http://news.example:")
    assert f"Host: news.example:{server.port}" in server.requests[-1]


def test_a_server_that_speaks_no_tls_is_refused(server: WebServer, fetch: Callable[[str], Page]) -> None:
    assert refusal(fetch, server.url.replace("http:", "https:") + "/story")


def test_a_whole_fetch_has_a_limit(server: WebServer) -> None:
    begun = time.monotonic()
    refusal(Fetcher(allow_loopback=True, step_seconds=10, total_seconds=0.3).fetch, server.url + "/dripping")
    assert time.monotonic() - begun < 30  # it would go on for ever


NOT_PUBLIC = """0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.254 169.254.0.1
169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.8 192.0.2.1 192.168.1.1 198.18.0.1 198.51.100.1 203.0.113.1
224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 :: ::1 ::ffff:10.0.0.1 ::ffff:127.0.0.1 64:ff9b::7f00:1
64:ff9b::a00:1 100::1 2001:db8::1 2002:7f00:1:: 2002:a00:1:: fc00::1 fd12:3456::1 fe80::1 fec0::1 ff02::1""".split()


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_special_addresses_are_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "93.184.216.34", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "64:ff9b::808:808"]
)
def test_ordinary_addresses_are_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@given(st.text(max_size=300))
def test_a_file_name_never_leaves_the_folder(path: str) -> None:
    name = file_name(f"https://news.example/{path}", ".html")
    assert name.endswith(".html")
    assert not set(name) & set("/\\\0:")
    assert not name.startswith(".")
    assert ".." not in name
    assert len(name.encode()) <= 140


def test_file_names_read_like_their_addresses() -> None:
    assert file_name("https://www.News.example/2024/05/Bakery.html", ".html") == "www-news-example-2024-05-bakery.html"
    assert file_name("https://news.example/a?id=7", ".html") == "news-example-a-id-7.html"
    assert file_name("https://x.example/" + "a" * 500, ".pdf") != file_name("https://x.example/" + "a" * 501, ".pdf")
