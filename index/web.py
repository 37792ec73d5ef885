"""Pages by URL, fetched with distrust: from public addresses only, within limits of time and size.

An address is checked when it is connected to, so neither a redirect nor a name whose address changes between two
look-ups leads into the machine's own network.
"""

from __future__ import annotations

import codecs
import ipaddress
import re
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Iterator
from email.message import Message
from hashlib import sha256
from importlib.metadata import version
from typing import Any, NamedTuple
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit

import httpcore

from index.naming import slug
from index.reading import LARGEST
from index.types import LoadError

KINDS = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "application/rss+xml": ".xml",
    "application/atom+xml": ".xml",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/jsonl": ".jsonl",
    "application/x-ndjson": ".jsonl",
    "text/markdown": ".md",
    "text/plain": ".txt",
}
"""Content type -> the suffix under which the loaders read it."""
VAGUE = {"", "application/octet-stream", "binary/octet-stream", "text/plain"}
"""Types that say less than the URL's own suffix."""
SUFFIX = re.compile(r"\.(html?|pdf|docx|xml|rss|atom|jsonl|txt|md)$", re.IGNORECASE)
SAVED_FROM = re.compile(rb"\s*<!-- saved from url=\(\d{4}\)(\S+) -->")
REDIRECTS = 5
LONGEST_NAME = 120
NAT64 = ipaddress.ip_network("64:ff9b::/96")
PROTOCOLS = ipaddress.ip_network("192.0.0.0/24")
"""IETF protocol assignments, of which older Pythons know a part only."""

Resolve = Callable[..., list[tuple[Any, ...]]]
IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


class Page(NamedTuple):
    """What stands at a URL."""

    url: str
    """After all redirects, without a fragment."""
    suffix: str
    content: bytes
    """As it came; HTML in UTF-8 with a byte order mark and with its URL in a comment, as browsers save it."""


class Fetcher:
    """Fetches pages from public addresses."""

    def __init__(
        self,
        *,
        allow_loopback: bool = False,
        step_seconds: float = 10.0,
        total_seconds: float = 30.0,
        largest: int = LARGEST,
        resolve: Resolve = socket.getaddrinfo,
    ) -> None:
        """Each step (connecting, waiting for bytes) and the whole have a time limit; sizes are in bytes.

        Loopback addresses are for tests: no setting leads here.
        """
        self._allow_loopback = allow_loopback
        self._step, self._total, self._largest = step_seconds, total_seconds, largest
        self._resolve = resolve

    def fetch(self, url: str) -> Page:
        """The page at a URL. Raises LoadError, with the reason in a few words."""
        shown = _without_password(url)
        connections = _Connections(self._resolve, self._allow_loopback, time.monotonic() + self._total)
        try:
            with httpcore.ConnectionPool(ssl_context=_trusting(), network_backend=connections) as pool:
                return self._follow(pool, url)
        except _RefusedError as exc:
            raise LoadError(shown, str(exc)) from exc
        except httpcore.TimeoutException as exc:
            raise LoadError(shown, "the server takes too long") from exc
        except httpcore.ConnectError as exc:
            raise LoadError(shown, f"the server cannot be reached ({_told(exc)})") from exc
        except (httpcore.NetworkError, httpcore.ProtocolError, zlib.error) as exc:
            raise LoadError(shown, "the server's answer broke off or makes no sense") from exc

    def _follow(self, pool: httpcore.ConnectionPool, url: str) -> Page:
        for _ in range(REDIRECTS + 1):
            url = _checked_url(url)
            with pool.stream("GET", url, headers=_headers(url), extensions={"timeout": self._timeouts()}) as response:
                location = _header(response, "location")
                if 300 <= response.status < 400 and location:
                    following = urljoin(url, location)
                    if url.startswith("https:") and following.startswith("http:"):
                        raise _RefusedError("it leads from https to http")
                    url = following
                    continue
                return self._page(url, response)
        raise _RefusedError(f"more than {REDIRECTS} redirects")

    def _timeouts(self) -> dict[str, float]:
        return dict.fromkeys(("connect", "read", "write", "pool"), self._step)

    def _page(self, url: str, response: httpcore.Response) -> Page:
        if response.status != 200:
            raise _RefusedError(f"the server answers with status {response.status}")
        header = _content_type(response)
        kind = header.get_content_type() if header["content-type"] else ""
        suffix = _suffix(url, kind)
        content = self._content(response)
        if not content.strip():
            raise _RefusedError("the page is empty")
        if suffix == ".html":
            content = _saved_html(url, content, header.get_content_charset())
        return Page(url, suffix, content)

    def _content(self, response: httpcore.Response) -> bytes:
        length = _header(response, "content-length")
        if length.isdigit() and int(length) > self._largest:
            raise _RefusedError(f"larger than {self._largest >> 20} MB")
        content = bytearray()
        for piece in _decompressed(response, self._largest + 1):
            content += piece
            if len(content) > self._largest:
                raise _RefusedError(f"larger than {self._largest >> 20} MB")
        return bytes(content)


class _RefusedError(Exception):
    """Why a page is not taken, in a few words."""


# --- connecting -------------------------------------------------------------------------------------------------


class _Connections(httpcore.NetworkBackend):
    """Connects to public addresses only, until a deadline."""

    def __init__(self, resolve: Resolve, allow_loopback: bool, deadline: float) -> None:
        self._resolve, self._allow_loopback, self._deadline = resolve, allow_loopback, deadline
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        """A connection to the first address of the host that can be reached; all of them have to be public."""
        try:
            found = self._resolve(host, port, type=socket.SOCK_STREAM)
        except OSError as exc:
            raise _RefusedError("there is no such server") from exc
        addresses = list(dict.fromkeys(str(record[4][0]).partition("%")[0] for record in found))
        for address in addresses:
            if not self._may_reach(ipaddress.ip_address(address)):
                raise _RefusedError("it leads to an address that is not public")
        for number, address in enumerate(addresses, 1):
            try:
                stream = self._sockets.connect_tcp(
                    address, port, _left(self._deadline, timeout), local_address, socket_options
                )
                return _Stream(stream, self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if number == len(addresses):
                    raise
        raise _RefusedError("there is no such server")

    def _may_reach(self, address: IPAddress) -> bool:
        return is_public(address) or (self._allow_loopback and address.is_loopback)


class _Stream(httpcore.NetworkStream):
    """A connection that no server can keep open beyond the deadline by sending a byte now and then."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._deadline, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._deadline, timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, _left(self._deadline, timeout))
        return _Stream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(deadline: float, timeout: float | None) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout
    return left if timeout is None else min(left, timeout)


def is_public(address: IPAddress) -> bool:
    """Whether an address belongs to the internet, and not to this machine, its network, or nobody."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if address in NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
        if address.is_site_local:
            return False
    if address in PROTOCOLS:
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _trusting() -> ssl.SSLContext:
    return ssl.create_default_context()


def _told(exc: Exception) -> str:
    cause = exc.__cause__ or exc.__context__ or exc
    if isinstance(cause, ssl.SSLError):
        return "its certificate is not trusted"
    return (getattr(cause, "strerror", None) or "no connection").lower()


# --- asking and reading -----------------------------------------------------------------------------------------


def _checked_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        port, host = parts.port, (parts.hostname or "").encode("idna" if not url.isascii() else "ascii").decode()
    except (ValueError, UnicodeError) as exc:
        raise _RefusedError("this is no web address") from exc
    if parts.scheme not in {"http", "https"}:
        raise _RefusedError("only http and https are fetched")
    if not host:
        raise _RefusedError("this is no web address")
    if parts.username is not None or parts.password is not None:
        raise _RefusedError("an address with a name and password in it is not fetched")
    host = f"[{host}]" if ":" in host else host
    path = _quoted(parts.path) or "/"
    return urlunsplit((parts.scheme, f"{host}:{port}" if port else host, path, _quoted(parts.query), ""))


def _quoted(text: str) -> str:
    """Without what no request line holds, and without "--", which would end the comment that the URL is saved in."""
    unsafe = re.compile(rb"[^!#-;=?-\[\]_a-z~]")
    plain = unsafe.sub(lambda found: b"%%%02X" % found[0][0], text.encode("utf-8", "replace")).decode("ascii")
    return plain.replace("--", "%2D%2D")


def _without_password(url: str) -> str:
    return re.sub(r"//[^/@]*@", "//", url)


def _headers(url: str) -> list[tuple[str, str]]:
    return [
        ("Host", urlsplit(url).netloc),
        ("User-Agent", f"Kabar/{version('kabar')} (news question answering)"),
        ("Accept", ", ".join(KINDS)),
        ("Accept-Encoding", "gzip, identity"),
        ("Connection", "close"),
    ]


def _header(response: httpcore.Response, name: str) -> str:
    found = [value for key, value in response.headers if key.lower() == name.encode()]
    return found[0].decode("latin-1") if found else ""


def _content_type(response: httpcore.Response) -> Message:
    message = Message()
    if told := _header(response, "content-type"):
        message["content-type"] = told
    return message


def _suffix(url: str, kind: str) -> str:
    own = re.search(r"\.[A-Za-z0-9]+$", unquote(urlsplit(url).path))
    if kind in VAGUE and own and own[0].lower() in KINDS.values():
        return own[0].lower()
    if kind not in KINDS:
        raise _RefusedError(f"not a kind of page Kabar reads ({kind or 'no content type'})")
    return KINDS[kind]


def _decompressed(response: httpcore.Response, most: int) -> Iterator[bytes]:
    encoding = _header(response, "content-encoding").strip().lower()
    if encoding in {"", "identity"}:
        yield from response.iter_stream()
        return
    if encoding not in {"gzip", "x-gzip"}:
        raise _RefusedError(f"packed in a way that was not asked for ({encoding[:20]})")
    unpacker = zlib.decompressobj(wbits=31)
    for packed in response.iter_stream():
        waiting = packed
        while waiting and not unpacker.eof:
            yield unpacker.decompress(waiting, most)
            waiting = unpacker.unconsumed_tail
    if not unpacker.eof:
        raise _RefusedError("the server's answer broke off")


def _saved_html(url: str, content: bytes, charset: str | None) -> bytes:
    """HTML as browsers save it, with the URL in a comment, in UTF-8 where the header tells what it was in."""
    mark = f"<!-- saved from url=({len(url):04d}){url} -->\n".encode()
    if content.startswith(codecs.BOM_UTF8):
        return codecs.BOM_UTF8 + mark + content.removeprefix(codecs.BOM_UTF8)
    try:
        return codecs.BOM_UTF8 + mark + content.decode(charset or "", "replace").encode()
    except LookupError:  # none, or none that is known: the page's own word decides
        return mark + content


# --- naming -----------------------------------------------------------------------------------------------------


def file_name(url: str, suffix: str, *, taken: bool = False) -> str:
    """A file's name made of a URL: letters, digits and "-", not too long.

    Two URLs may differ in signs only; where the name is `taken` by another one, a hash of the URL tells them apart.
    """
    parts = urlsplit(url)
    path = SUFFIX.sub("", unquote(parts.path))
    name = slug(" ".join((parts.netloc, path, unquote(parts.query)))) or "page"
    if taken or len(name.encode()) > LONGEST_NAME:
        short = name.encode()[:LONGEST_NAME].decode(errors="ignore")
        name = f"{short}-{sha256(url.encode(errors='replace')).hexdigest()[:8]}"
    return name + suffix


def saved_from(content: bytes) -> str | None:
    """The URL in the comment that `fetch` and browsers write at the beginning of saved HTML."""
    found = SAVED_FROM.match(content.removeprefix(codecs.BOM_UTF8)[:4000])
    return found[1].decode(errors="replace") if found else None
