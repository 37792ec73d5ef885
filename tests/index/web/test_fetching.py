"""Pages are fetched over real connections, from servers that may be hostile."""

from __future__ import annotations

import gzip
import socket
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from patience import PATIENCE
from web_fetching import Fetch, Network, patient, refusal, resolver
from web_server import HTML, STORY, WebServer, answer, certified, endless, raw, redirect, silent, web_server

from index.articles import loading
from index.articles.ids import article_ids, slug
from index.articles.opening import LARGEST
from index.types import Article, LoadError
from index.web.fetching import Fetcher, file_name, saved_from

BOM = b"\xef\xbb\xbf"


# --- good pages -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "final"),
    [
        ("/story", "/story"),
        ("/story#part", "/story"),
        ("/story?a=b&c=d--e", "/story?a=b&c=d--e"),
        ("/story;part=1", "/story;part=1"),
        ("//two/slashes", "//two/slashes"),
        ("/é?q=<ü>", "/%C3%A9?q=%3C%C3%BC%3E"),
        ("/marked", "/marked"),
        ("/windows", "/windows"),
        ("/quoted", "/quoted"),
        ("/mislabelled", "/mislabelled"),
        ("/odd-charset", "/odd-charset"),
        ("/wide", "/wide"),
        ("/packed", "/packed"),
        ("/packed-and-more", "/packed-and-more"),
        ("/chunked", "/chunked"),
        ("/until-closed", "/until-closed"),
        ("/moved", "/story"),
        ("/moved-twice", "/story"),
        ("/moved-5", "/story"),
        ("/moved-utf-8", "/%C3%A9?%C3%A9=%C3%A9"),
    ],
)
def test_a_page_comes_in_utf_8_with_its_address(server: WebServer, fetch: Fetch, path: str, final: str) -> None:
    page = fetch(server.url + path)
    assert (page.url, page.suffix) == (server.url + final, ".html")
    assert page.content.startswith(BOM)
    comment, _, html = page.content.removeprefix(BOM).decode().partition("\n")
    written = page.url.replace("--", "%2D%2D")
    assert comment == f"<!-- saved from url=({len(written):04d}){written} -->"
    assert html == STORY


def test_a_page_that_alone_knows_its_charset_is_left_as_it_is(server: WebServer, fetch: Fetch) -> None:
    comment, _, html = fetch(server.url + "/own-charset").content.partition(b"\n")
    assert comment.startswith(b"<!-- saved from url=(")
    assert html == STORY.encode("cp1252")


def test_plain_text_comes_in_utf_8_too(server: WebServer, fetch: Fetch) -> None:
    assert fetch(server.url + "/note") == (server.url + "/note", ".txt", BOM + "Café".encode())


@pytest.mark.parametrize(
    ("path", "content_type", "suffix"),
    [
        ("/a", "application/xhtml+xml", ".html"),
        ("/a.php", "Text/HTML", ".html"),
        ("/a.pdf", "text/html", ".html"),
        ("/a", "application/rss+xml; charset=utf-8", ".xml"),
        ("/a.html", "application/atom+xml", ".xml"),
        ("/a", "text/xml", ".xml"),
        ("/a", "application/pdf", ".pdf"),
        ("/a", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"),
        ("/a", "application/x-ndjson", ".jsonl"),
        ("/a", "text/markdown; variant=GFM", ".md"),
        ("/a", "text/plain", ".txt"),
        ("/a.PDF", "application/octet-stream", ".pdf"),
        ("/a%2Edocx", "binary/octet-stream", ".docx"),
        ("/a.jsonl?raw=1", "text/plain; charset=utf-8", ".jsonl"),
        ("/a.ndjson", "application/json", ".jsonl"),
        ("/a.markdown", "text/plain", ".md"),
        ("/a.rss", "application/octet-stream", ".xml"),
        ("/a.htm", "", ".html"),
        ("/a.exe", "text/plain", ".txt"),
    ],
)
def test_kinds_are_known_by_type_and_generic_ones_by_name(
    server: WebServer, fetch: Fetch, path: str, content_type: str, suffix: str
) -> None:
    server.pages[path.partition("?")[0]] = answer(b"some content", f"Content-Type: {content_type}")
    page = fetch(server.url + path)
    assert (page.suffix, page.content.endswith(b"some content")) == (suffix, True)


@pytest.mark.parametrize(
    ("path", "content_type", "told"),
    [
        ("/b", "image/png", "(image/png)"),
        ("/b", "application/json", "(application/json)"),
        ("/b.zip", "application/octet-stream", "(application/octet-stream)"),
        ("/b", "", "(no content type)"),
        ("/b", "x/\x9b2J" + "y" * 200, "(x/?2j" + "y" * 75 + ")"),
    ],
)
def test_another_kind_is_refused_by_its_name(
    server: WebServer, fetch: Fetch, path: str, content_type: str, told: str
) -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: 1\r\n\r\nx"
    server.pages[path] = raw(head.encode("latin-1"))
    assert refusal(fetch, server.url + path) == f"not a kind of page Kabar reads {told}"


@pytest.mark.parametrize("path", ["/story?a=b--c", "/windows", "/wide", "/own-charset", "/mislabelled"])
def test_the_loaders_read_what_was_fetched(server: WebServer, fetch: Fetch, tmp_path: Path, path: str) -> None:
    page = fetch(server.url + path)
    file = tmp_path / file_name(page.url, page.suffix)
    file.write_bytes(page.content)
    [article] = loading.load(loading.ArticleFile(file, PurePosixPath(file.name)), file.stem)
    assert isinstance(article, Article)
    assert (article.title, article.url) == ("The bakery", server.url + path)
    assert "Its owner, Émile Brink, had worked" in article.text
    assert saved_from(page.content) == page.url


# --- what is asked --------------------------------------------------------------------------------------------------


def test_a_request_says_who_asks_and_nothing_more(server: WebServer, fetch: Fetch) -> None:
    fetch(server.url + "/story?a=b--c d#part")
    first, *headers = server.requests[-1].rstrip().split("\r\n")
    assert first == "GET /story?a=b--c%20d HTTP/1.1"
    told = dict(header.split(": ", 1) for header in headers)
    assert set(told) == {"Host", "User-Agent", "Accept", "Accept-Encoding", "Connection"}
    assert told["Host"] == f"127.0.0.1:{server.port}"
    assert told["User-Agent"].startswith("Kabar/")
    assert told["Accept-Encoding"] == "gzip, identity"


def test_no_cookie_is_kept(server: WebServer, fetch: Fetch) -> None:
    before = len(server.requests)
    fetch(server.url + "/moved")
    fetch(server.url + "/story")
    assert len(server.requests) == before + 3
    assert not any("cookie" in request.lower() for request in server.requests[before:])


def test_proxies_and_passwords_of_the_environment_are_left_alone(
    server: WebServer, fetch: Fetch, network: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("default login someone password secret\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("NO_PROXY", "")
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.9:1")
    fetch(server.url + "/story")
    assert network.connected == ["127.0.0.1"]
    assert "authorization" not in server.requests[-1].lower()


@pytest.mark.parametrize(
    ("host", "asked"),
    [
        ("NEWS.Example.", "news.example"),
        ("straße.example", "xn--strae-oqa.example"),
        ("xn--strae-oqa.example", "xn--strae-oqa.example"),
        ("ｎｅｗｓ。example", "news.example"),
        ("with_sign.example", "with_sign.example"),
    ],
)
def test_hosts_are_asked_for_by_their_names_in_the_dns(server: WebServer, host: str, asked: str) -> None:
    names = []

    def resolve(name: str, port: int, **_options: object) -> list[tuple[Any, ...]]:
        names.append(name)
        return resolver(["127.0.0.1"])(name, port)

    page = patient(resolve=resolve).fetch(f"http://{host}:{server.port}/story")
    assert (names, page.url) == ([asked], f"http://{asked}:{server.port}/story")
    assert f"Host: {asked}:{server.port}\r\n" in server.requests[-1]


# --- bad pages ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/moved-6", "more than 5 redirects"),
        ("/circle", "more than 5 redirects"),
        ("/nowhere", "the server gives something else (status 302)"),
        ("/not-modified", "the server gives something else (status 304)"),
        ("/untyped", "not a kind of page Kabar reads (no content type)"),
        ("/empty", "the page is empty"),
        ("/empty-marked", "the page is empty"),
        ("/no-content", "the server gives something else (status 204)"),
        ("/password", "the server asks for a password (status 401)"),
        ("/forbidden", "the server refuses to give it (status 403)"),
        ("/missing", "the server has no such page (status 404)"),
        ("/failing", "the server has a fault (status 503)"),
        ("/switching", "the server's answer broke off or makes no sense"),
        ("/binary", "it is not text"),
        ("/too-long", "larger than 20 MB"),
        ("/cut", "the server's answer broke off or makes no sense"),
        ("/cut-chunk", "the server's answer broke off or makes no sense"),
        ("/cut-gzip", "the server's answer broke off"),
        ("/not-gzip", "the server's answer broke off or makes no sense"),
        ("/brotli", "packed in a way that was not asked for (br)"),
        ("/zstd", "packed in a way that was not asked for (zstd)"),
        ("/twice-packed", "packed in a way that was not asked for (gzip,?gzip)"),
        ("/rubbish", "the server's answer broke off or makes no sense"),
        ("/odd-length", "the server's answer broke off or makes no sense"),
        ("/two-lengths", "the server's answer broke off or makes no sense"),
        ("/closed", "the server's answer broke off or makes no sense"),
        ("/reset", "the server's answer broke off or makes no sense"),
        ("/long-head", "the server's answer broke off or makes no sense"),
    ],
)
def test_a_bad_page_is_refused_in_words(server: WebServer, fetch: Fetch, path: str, reason: str) -> None:
    assert refusal(fetch, server.url + path) == reason


@pytest.mark.parametrize(
    ("to", "reason"),
    [
        ("file:///etc/passwd", "only http and https are fetched"),
        ("ftp://127.0.0.1/x", "only http and https are fetched"),
        ("javascript:alert(1)", "only http and https are fetched"),
        ("http://user:secret@127.0.0.1/x", "an address with a name and password in it is not fetched"),
        ("http://127.0.0.1:25/", "port 25 is none of the web's"),
        ("http://[::1", "it is no web address"),
        ("/" + "x" * 3000, "an address of more than 2,000 characters is not fetched"),
    ],
)
def test_a_redirect_to_what_is_not_fetched(
    server: WebServer, fetch: Fetch, network: Network, to: str, reason: str
) -> None:
    server.pages["/leads-on"] = redirect(to)
    assert refusal(fetch, server.url + "/leads-on") == f"it redirects, and {reason}"
    assert network.connected == ["127.0.0.1"]


@pytest.mark.parametrize(
    "to",
    [
        "http://10.0.0.1/x", "http://192.168.0.1/x", "http://169.254.169.254/latest/meta-data", "//172.16.0.1/x",
        "http://[fd00::1]/x", "http://[fe80::1]/x", "http://[::ffff:10.0.0.1]/x", "http://[64:ff9b::a00:1]/x",
        "http://0/x", "http://10.1/x", "http://0xa9fea9fe/x", "http://2886729729/x", "https://10.0.0.1/x",
    ],
)  # fmt: skip
def test_a_redirect_into_the_network_of_this_machine(
    server: WebServer, fetch: Fetch, network: Network, to: str
) -> None:
    server.pages["/leads-on"] = redirect(to)
    assert refusal(fetch, server.url + "/leads-on") == "it leads to an address that is not public"
    assert network.connected == ["127.0.0.1"]


@pytest.mark.parametrize("path", ["/gigabyte", "/bomb", "/hollow"])
def test_a_huge_answer_is_given_up_early(server: WebServer, fetch: Fetch, path: str) -> None:
    before = server.sent
    tracemalloc.start()
    try:
        assert refusal(fetch, server.url + path) == "larger than 20 MB"
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 * LARGEST
    assert server.sent - before < 4 * LARGEST


def test_an_answer_in_crumbs_takes_little_more_room_than_its_bytes(server: WebServer, fetch: Fetch) -> None:
    fetch(server.url + "/chunked")  # what is loaded at the first time is none of it
    crumbs = 30_000
    tracemalloc.start()
    try:
        assert "larger than" in refusal(patient(largest=crumbs).fetch, server.url + "/crumbs")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 25 * crumbs  # each as an object of its own takes more than 50 bytes


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "packed"])
def test_the_limit_of_size_holds_to_the_byte(server: WebServer, pack: Callable[[bytes], bytes]) -> None:
    fetch = patient(largest=5000).fetch
    encoding = "Content-Encoding: " + ("gzip" if pack is gzip.compress else "identity")
    for size in (5000, 5001):
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n{encoding}\r\n\r\n"
        server.pages[f"/of-{size}"] = raw(head.encode() + pack(b"x" * size))
    assert len(fetch(server.url + "/of-5000").content) == 5000
    assert "larger than" in refusal(fetch, server.url + "/of-5001")


@pytest.mark.parametrize("path", ["/dripping", "/dripping-head", "/dripping-redirects", "/continuing", "/silent"])
def test_a_slow_answer_is_given_up_as_a_whole(server: WebServer, path: str) -> None:
    # No step takes PATIENCE here, and none of these answers would ever end.
    fetch = patient(total_seconds=0.4).fetch
    assert refusal(fetch, server.url + path) == "the server takes too long"


def test_a_step_that_is_too_long_ends_all(server: WebServer) -> None:
    fetch = patient(step_seconds=0.2).fetch
    assert refusal(fetch, server.url + "/silent") == "the server takes too long"


def test_a_slow_look_up_is_given_up() -> None:
    enough = threading.Event()

    def resolve(*_host: object, **_options: object) -> list[tuple[Any, ...]]:
        enough.wait()
        return []

    fetch = Fetcher(resolve=resolve, total_seconds=0.2).fetch
    assert refusal(fetch, "http://news.example/") == "the server takes too long"
    enough.set()


@given(
    st.lists(st.tuples(st.integers(0, 120), st.integers(0, 20), st.binary(max_size=20)), max_size=4),
    st.sampled_from(["Content-Encoding: gzip", "Transfer-Encoding: chunked", "Location: /story", "X: y"]),
    st.sampled_from(["200", "302", "100", "999"]),
)
@settings(max_examples=150)
def test_whatever_a_server_sends_gives_a_page_or_a_reason(
    server: WebServer, damages: list[tuple[int, int, bytes]], header: str, status: str
) -> None:
    sent = (
        f"HTTP/1.1 {status} OK\r\n{HTML}\r\n{header}\r\nContent-Length: 20\r\n\r\n5\r\n<p>x</p>\r\n0\r\n\r\n".encode()
    )
    for place, length, other in damages:
        sent = sent[:place] + other + sent[place + length :]
    server.pages["/odd"] = raw(sent)
    fetch = patient(resolve=resolver(["127.0.0.1"], ["127.0.0.1"])).fetch
    told = ""
    try:
        told = fetch(server.url + "/odd").suffix
    except LoadError as exc:
        told = exc.reason
    assert told.isprintable()
    assert told


# --- names that lead nowhere ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["no.such.name.invalid", "a" * 70 + ".example", "a..example"])
def test_a_name_that_leads_nowhere(network: Network, host: str) -> None:
    assert refusal(patient(allow_loopback=False).fetch, f"http://{host}/") in {
        "there is no such server",
        "its server's name cannot be looked up now",
    }
    assert network.connected == []


def test_names_that_cannot_be_looked_up_now_are_told_from_those_that_do_not_exist() -> None:
    def resolve(name: str, _port: int, **_options: object) -> list[tuple[Any, ...]]:
        raise socket.gaierror(socket.EAI_AGAIN if name == "now.example" else socket.EAI_NONAME, "no")

    fetch = Fetcher(resolve=resolve).fetch
    assert refusal(fetch, "http://now.example/") == "its server's name cannot be looked up now"
    assert refusal(fetch, "http://never.example/") == "there is no such server"
    assert refusal(Fetcher(resolve=resolver([])).fetch, "http://empty.example/") == "there is no such server"


# --- where connections lead -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.8.8.8", "localhost", "LOCALHOST.", "[::1]", "0.0.0.0", "[::]", "[::ffff:127.0.0.1]", "127.1",  # noqa: S104
        "2130706433", "0x7f.1", "0177.0.0.1", "１２７.0.0.1", "127。0。0。1",
    ],
)  # fmt: skip
def test_this_machine_is_never_reached_without_leave(server: WebServer, network: Network, host: str) -> None:
    before = len(server.requests)
    reasons = {"it leads to an address that is not public", "there is no such server"}  # the latter without IPv6
    assert refusal(Fetcher().fetch, f"http://{host}:{server.port}/story") in reasons
    assert (network.connected, len(server.requests)) == ([], before)


def test_a_name_that_changes_its_address_gains_nothing(server: WebServer, network: Network) -> None:
    url = f"http://news.example:{server.port}/story"
    fetch = Fetcher(resolve=resolver(["8.8.8.8"], ["127.0.0.1"])).fetch
    assert refusal(fetch, url).startswith("the server cannot be reached")
    # Only the checked address was tried, and the system was not asked for the name again.
    assert (network.connected, network.looked_up) == (["8.8.8.8"], ["8.8.8.8"])


@pytest.mark.parametrize(
    "addresses", [["10.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["2606:4700::1111", "::1"], ["fe80::1%lo"], ["127.0.0.1"]]
)
def test_every_address_of_a_name_has_to_be_public(network: Network, addresses: list[str]) -> None:
    fetch = Fetcher(resolve=resolver(addresses)).fetch
    assert refusal(fetch, "http://news.example/") == "it leads to an address that is not public"
    assert network.connected == []


def test_leave_for_this_machine_is_for_nothing_else(network: Network) -> None:
    for address in ("10.0.0.1", "0.0.0.0", "::ffff:127.0.0.1", "169.254.169.254"):  # noqa: S104
        fetch = patient(resolve=resolver([address])).fetch
        assert refusal(fetch, "http://news.example/") == "it leads to an address that is not public"
    assert network.connected == []


def test_every_redirect_is_looked_up_and_checked_again(server: WebServer, network: Network) -> None:
    url, before = f"http://news.example:{server.port}/moved", len(server.requests)
    fetch = patient(resolve=resolver(["127.0.0.1"], ["10.0.0.1"])).fetch
    assert refusal(fetch, url) == "it leads to an address that is not public"
    assert (network.connected, len(server.requests)) == (["127.0.0.1"], before + 1)


def test_the_address_that_was_checked_is_the_one_that_is_connected_to(server: WebServer, network: Network) -> None:
    fetch = patient(resolve=resolver(["127.0.0.1"])).fetch  # a second look-up would fail
    assert fetch(f"http://news.example:{server.port}/story").content.endswith(STORY.encode())
    assert f"Host: news.example:{server.port}\r\n" in server.requests[-1]
    assert (network.connected, network.looked_up) == (["127.0.0.1"], ["127.0.0.1"])


def test_an_address_that_cannot_be_reached_is_passed_over(server: WebServer, network: Network) -> None:
    fetch = patient(resolve=resolver(["::1", "127.0.0.1"])).fetch
    assert fetch(f"http://news.example:{server.port}/story").content.endswith(STORY.encode())
    assert network.connected[-1] == "127.0.0.1"


def test_a_server_that_is_not_there(fetch: Fetch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert refusal(fetch, f"http://127.0.0.1:{port}/") == "the server cannot be reached (connection refused)"


# --- TLS ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def tls_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WebServer]:
    """It is news.example, by an authority that is trusted for the time of the test."""
    context, authority = certified(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    with web_server(tls=context) as server:
        yield server


def test_tls_is_verified_for_the_name_and_not_for_the_address(tls_server: WebServer, network: Network) -> None:
    fetch = patient(resolve=resolver(["127.0.0.1"])).fetch
    page = fetch(f"https://news.example:{tls_server.port}/story")
    assert page.url == f"https://news.example:{tls_server.port}/story"
    assert page.content.endswith(STORY.encode())
    assert (tls_server.names, network.connected) == (["news.example"], ["127.0.0.1"])


def test_a_certificate_for_another_name_is_refused(tls_server: WebServer) -> None:
    fetch = patient(resolve=resolver(["127.0.0.1"])).fetch
    reason = refusal(fetch, f"https://other.example:{tls_server.port}/story")
    assert reason.startswith("the server's certificate is not trusted (Hostname mismatch")
    assert (tls_server.names, tls_server.requests) == (["other.example"], [])


def test_a_certificate_of_nobody_is_refused(tls_server: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    fetch = patient(resolve=resolver(["127.0.0.1"])).fetch
    reason = refusal(fetch, f"https://news.example:{tls_server.port}/story")
    assert reason.startswith("the server's certificate is not trusted (")
    assert tls_server.requests == []


@pytest.mark.parametrize("scheme", ["http", "HTTP", " http"])
def test_a_redirect_from_https_to_http_is_refused(tls_server: WebServer, server: WebServer, scheme: str) -> None:
    tls_server.pages["/down"] = redirect(f"{scheme}://news.example:{server.port}/story")
    before = len(server.requests)
    fetch = patient(resolve=resolver(["127.0.0.1"], ["127.0.0.1"])).fetch
    reason = refusal(fetch, f"https://news.example:{tls_server.port}/down")
    assert reason == "it redirects from https to http"
    assert len(server.requests) == before


def test_a_redirect_from_http_to_https_is_followed(tls_server: WebServer, server: WebServer) -> None:
    server.pages["/up"] = redirect(f"https://news.example:{tls_server.port}/story")
    fetch = patient(resolve=resolver(["127.0.0.1"], ["127.0.0.1"])).fetch
    page = fetch(f"http://news.example:{server.port}/up")
    assert page.url == f"https://news.example:{tls_server.port}/story"


@pytest.mark.parametrize("path", ["/dripping", "/silent"])
def test_a_slow_answer_over_tls_is_given_up(tls_server: WebServer, path: str) -> None:
    fetch = patient(resolve=resolver(["127.0.0.1"]), total_seconds=1.0).fetch
    assert refusal(fetch, f"https://news.example:{tls_server.port}{path}") == "the server takes too long"


NO_TLS, TOO_LONG = "the server does not speak TLS, as https needs", "the server takes too long"


@pytest.mark.parametrize(
    ("nonsense", "seconds", "reason"),
    [
        (raw(b"HTTP/1.1 400 Bad Request\r\n\r\n"), PATIENCE, NO_TLS),
        (raw(b"\x15\x03\x01\x00\x02\x02\x28"), PATIENCE, NO_TLS),
        (silent, 1.0, TOO_LONG),
        (endless(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc", b"\0", pause=0.02), 1.0, TOO_LONG),
    ],
    ids=["http", "alert", "silence", "drips"],
)
def test_a_server_that_speaks_no_tls_is_refused(nonsense: Callable[..., None], seconds: float, reason: str) -> None:
    with web_server() as server:
        server.always = nonsense
        assert refusal(patient(total_seconds=seconds).fetch, f"https://127.0.0.1:{server.port}/") == reason


# --- names ----------------------------------------------------------------------------------------------------------


@given(st.text(max_size=300), st.sampled_from([".html", ".pdf", ".xml"]), st.booleans())
def test_a_file_name_never_leaves_the_folder(path: str, suffix: str, taken: bool) -> None:
    name = file_name(f"https://news.example/{path}", suffix, taken=taken)
    stem = name.removesuffix(suffix)
    assert stem
    assert name == stem + suffix
    assert slug(stem) == stem  # so nothing but letters, digits and "-", and it is the article's id
    assert len(name.encode()) < 150


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.News.example/2024/05/Bakery.html", "www-news-example-2024-05-bakery"),
        ("http://news.example:8080/", "news-example-8080"),
        ("https://news.example/a?id=7", "news-example-a-id-7"),
        ("https://news.example/caf%C3%A9.htm?x", "news-example-café-x"),
        ("https://news.example/a.b.php", "news-example-a-b-php"),
        ("https://news.example/..%2F..%2Fetc%2Fpasswd%00", "news-example-etc-passwd"),
        ("https://user:secret@news.example/a", "news-example-a"),
    ],
)
def test_file_names_read_like_their_addresses(url: str, name: str) -> None:
    assert file_name(url, ".html") == f"{name}.html"


def test_an_article_is_called_like_its_file() -> None:
    for url in ("https://news.example/a--b/C.html?d=e", "https://news.example/" + "a-" * 300):
        path = PurePosixPath(file_name(url, ".html"))
        assert article_ids([path]) == {path: path.stem}


@given(st.text("ab/-.?=A", max_size=12), st.text("ab/-.?=A", max_size=12))
def test_two_addresses_never_share_a_name_where_nothing_tells_them_apart(one: str, other: str) -> None:
    urls = {f"https://news.example/{path}" for path in (one, other)}
    assert len({file_name(url, ".pdf") for url in urls}) == len(urls)
    assert len({file_name(url, ".html", taken=True) for url in urls}) == len(urls)


def test_long_addresses_that_differ_at_the_end_have_names_of_their_own() -> None:
    names = {file_name("https://news.example/" + "a" * length, ".html") for length in range(300, 310)}
    assert len(names) == 10


def test_the_address_is_read_back_from_the_comment_that_browsers_write() -> None:
    for content in (b"<!-- saved from url=(0024)https://news.example/a-1 -->", b"\n<!-- saved from url=(0024)x -->"):
        assert saved_from(BOM + content) == saved_from(content) == content.split(b")")[1].split()[0].decode()
    assert saved_from(b"<html><!-- saved from url=(0024)https://news.example/a -->") is None


def test_an_address_cannot_break_out_of_its_comment(server: WebServer, fetch: Fetch) -> None:
    server.pages["/--%3E%3Cscript%3Ealert(1)%3C/script%3E"] = answer(b"<p>x</p>", HTML)
    page = fetch(server.url + "/--><script>alert(1)</script>?--><b>--!>")
    assert page.content.count(b"-->") == 1
    assert page.content.endswith(b" -->\n<p>x</p>")
    assert saved_from(page.content) == page.url
