"""Pages by URL, fetched with distrust: from public addresses only, and within limits of time and size.

An address is checked where it is connected to, so neither a redirect nor a name whose address changes between two
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
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from importlib.metadata import version
from pathlib import PurePosixPath
from queue import Empty, Queue
from threading import Thread
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

import httpcore

from index.articles.ids import slug
from index.articles.opening import LARGEST
from index.text.characters import decode
from index.types import LoadError, RefusedError
from index.web.addresses import LONGEST_URL, LOOPBACK, IPAddress, checked_url, is_public

KINDS = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "application/rss+xml": ".xml",
    "application/atom+xml": ".xml",
    "application/rdf+xml": ".xml",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/jsonl": ".jsonl",
    "application/jsonlines": ".jsonl",
    "application/x-ndjson": ".jsonl",
    "text/markdown": ".md",
    "text/plain": ".txt",
}
"""Content type -> the suffix under which the loaders read it."""
GENERIC = {"", "application/octet-stream", "binary/octet-stream", "application/json", "text/plain"}
"""Content types that say less than the URL's own suffix."""
OWN = {suffix: suffix for suffix in KINDS.values()} | {
    ".htm": ".html", ".xhtml": ".html", ".rss": ".xml", ".atom": ".xml", ".ndjson": ".jsonl", ".markdown": ".md",
}  # fmt: skip
"""Suffix of a URL -> that of its kind."""
TEXTS = (".html", ".txt", ".md")
"""Kinds whose characters the server's charset tells; the others say it themselves, or are always UTF-8."""

REDIRECTS = 5
LONGEST_NAME = 120
"""Bytes of a file's name without its hash and suffix; file systems take 255."""
STATUSES = {
    401: "the server asks for a password",
    403: "the server refuses to give it",
    404: "the server has no such page",
    410: "the page is gone",
    429: "the server has been asked too often",
}

Resolve = Callable[..., list[tuple[Any, ...]]]
"""Called like `socket.getaddrinfo`, and answers like it."""


class Page(NamedTuple):
    """What stands at a URL."""

    url: str
    """After all redirects, without a fragment."""
    suffix: str
    content: bytes
    """Text whose charset the server names is in UTF-8 with a byte order mark; the rest is as it came. HTML begins with
    its URL in a comment, as browsers save it."""


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
        """Each step (connecting, waiting for bytes) and the whole have a time limit; the largest size is in bytes.

        Loopback addresses are for tests: no setting and no environment variable leads here.
        """
        self._allow_loopback = allow_loopback
        self._step, self._total, self._largest = step_seconds, total_seconds, largest
        self._resolve = resolve

    def fetch(self, url: str) -> Page:
        """The page at a URL. Raises LoadError, with the reason in a few words."""
        connections = _Connections(self._resolve, self._allow_loopback, time.monotonic() + self._total)
        with _load_errors(_display_url(url)), httpcore.ConnectionPool(network_backend=connections) as pool:
            return self._follow(pool, checked_url(url))

    def _follow(self, pool: httpcore.ConnectionPool, url: str) -> Page:
        for _ in range(REDIRECTS + 1):
            timeouts = dict.fromkeys(("connect", "read", "write", "pool"), self._step)
            with pool.stream(
                "GET", _request_url(url), headers=_headers(url), extensions={"timeout": timeouts}
            ) as answer:
                following = _redirect_target(url, answer)
                if following is None:
                    return self._page(url, answer)
            url = following
        raise RefusedError(f"more than {REDIRECTS} redirects")

    def _page(self, url: str, answer: httpcore.Response) -> Page:
        if answer.status != 200:
            raise RefusedError(_status(answer.status))
        kind, charset = _content_type(answer)
        suffix = _suffix(url, kind)
        content = self._content(answer)
        if not content.removeprefix(codecs.BOM_UTF8).strip():
            raise RefusedError("the page is empty")
        if suffix in TEXTS and (charset or content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))):
            content = codecs.BOM_UTF8 + decode(content, declared=charset).encode()
        return Page(url, suffix, _with_address(url, content) if suffix == ".html" else content)

    def _content(self, answer: httpcore.Response) -> bytes:
        if int(_header(answer, "content-length") or 0) > self._largest:
            raise _too_large(self._largest)
        packed = _within(answer.iter_stream(), self._largest)
        content = bytearray()  # many small pieces in a list would take more room than what they hold
        for piece in _within(_unpack(packed, _header(answer, "content-encoding"), self._largest), self._largest):
            content += piece
        return bytes(content)


@contextmanager
def _load_errors(url: str) -> Iterator[None]:
    """Say of whatever goes wrong in here why the page is not taken."""
    try:
        yield
    except RefusedError as exc:
        raise LoadError(url, str(exc)) from exc
    except httpcore.TimeoutException as exc:
        raise LoadError(url, "the server takes too long") from exc
    except httpcore.ConnectError as exc:
        raise LoadError(url, _unreachable(exc)) from exc
    except UnicodeError as exc:
        raise LoadError(url, "it is not text") from exc
    except (httpcore.NetworkError, httpcore.ProtocolError, zlib.error) as exc:
        raise LoadError(url, "the server's answer broke off or makes no sense") from exc


def _unreachable(exc: Exception) -> str:
    cause = exc.__cause__ or exc.__context__
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"the server's certificate is not trusted ({cause.verify_message})"
    if isinstance(cause, ssl.SSLError):
        return "the server does not speak TLS, as https needs"
    return f"the server cannot be reached ({(getattr(cause, 'strerror', None) or 'no connection').lower()})"


def _display_url(url: str) -> str:
    """The URL without a name and password, and without what a terminal would obey."""
    parts = re.match(r"((?:[a-z][a-z0-9+.-]*:)?//)?([^/?#]*)(.*)", url, re.DOTALL | re.IGNORECASE)
    assert parts
    scheme, place, rest = parts[1] or "", parts[2], parts[3]
    host = place.rpartition("@")[2]
    # A password may hold a slash, and then what looks like host and port is its beginning.
    if ("@" in rest and re.search("[:@]", place)) or not re.fullmatch(r"(\[[^\]]*\]|[^:]*)(:[0-9]*)?", host):
        host, rest = "…", ""
    return "".join(character if character.isprintable() else "?" for character in scheme + host + rest)


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
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to the first address of the host that can be reached; all of them have to be public."""
        failure: Exception = RefusedError("there is no such server")
        for address in self._addresses(host, port):
            left = _left(self._deadline, timeout)
            try:
                # The checked address and not the name, which could lead elsewhere the next time.
                stream = self._sockets.connect_tcp(address, port, left, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as exc:
                failure = exc
            else:
                return _Stream(stream, self._deadline)
        raise failure

    def _addresses(self, host: str, port: int) -> list[str]:
        records = _in_time(lambda: self._resolve(host, port, type=socket.SOCK_STREAM), _left(self._deadline))
        addresses = list(dict.fromkeys(str(record[4][0]).partition("%")[0] for record in records))
        if not all(map(self._may_reach, map(ipaddress.ip_address, addresses))):
            raise RefusedError("it leads to an address that is not public")
        return addresses

    def _may_reach(self, address: IPAddress) -> bool:
        return is_public(address) or (self._allow_loopback and any(address in network for network in LOOPBACK))


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


def _left(deadline: float, timeout: float | None = None) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout
    return left if timeout is None else min(left, timeout)


def _in_time(look_up: Callable[[], list[tuple[Any, ...]]], seconds: float) -> list[tuple[Any, ...]]:
    """What a look-up finds; it runs in a thread of its own, because nothing else can end the waiting."""
    answers = Queue[list[tuple[Any, ...]] | Exception]()

    def answer() -> None:
        try:
            answers.put(look_up())
        except Exception as exc:  # told where it is waited for
            answers.put(exc)

    Thread(target=answer, daemon=True).start()
    try:
        records = answers.get(timeout=seconds)
    except Empty:
        raise httpcore.ConnectTimeout from None
    if isinstance(records, socket.gaierror) and records.errno == socket.EAI_AGAIN:
        raise RefusedError("its server's name cannot be looked up now") from records
    if isinstance(records, (OSError, UnicodeError)):
        raise RefusedError("there is no such server") from records
    if isinstance(records, Exception):
        raise records
    return records


# --- asking and reading -----------------------------------------------------------------------------------------


def _request_url(url: str) -> httpcore.URL:
    """The URL in parts: httpcore's own reading would lose what stands behind a ";"."""
    parts = urlsplit(url)
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return httpcore.URL(scheme=parts.scheme, host=parts.hostname or "", port=parts.port, target=target)


def _headers(url: str) -> list[tuple[str, str]]:
    return [
        ("Host", urlsplit(url).netloc),
        ("User-Agent", f"Kabar/{version('kabar')} (+news question answering)"),
        ("Accept", ", ".join(KINDS)),
        ("Accept-Encoding", "gzip, identity"),
        ("Connection", "close"),
    ]


def _header(answer: httpcore.Response, name: str) -> str:
    value = next((value for key, value in answer.headers if key.lower() == name.encode()), b"")
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _redirect_target(url: str, answer: httpcore.Response) -> str | None:
    """Where the server sends us; None if it does not."""
    location = _header(answer, "location")
    if answer.status not in {301, 302, 303, 307, 308} or not location:
        return None
    try:
        following = checked_url(location, url)
    except RefusedError as exc:
        raise RefusedError(f"it redirects, and {exc}") from exc
    if url.startswith("https:") and not following.startswith("https:"):
        raise RefusedError("it redirects from https to http")
    return following


def _status(status: int) -> str:
    fault = "the server has a fault" if status >= 500 else "the server gives something else"
    return f"{STATUSES.get(status, fault)} (status {status})"


def _content_type(answer: httpcore.Response) -> tuple[str, str | None]:
    """The content type in lower case, and the charset if one is named."""
    kind, _, parameters = _header(answer, "content-type").partition(";")
    charset = re.search(r"(?:^|;)\s*charset\s*=\s*[\"']?([\w.:-]{2,40})", parameters, re.IGNORECASE | re.ASCII)
    return kind.strip().lower(), charset[1] if charset else None


def _suffix(url: str, kind: str) -> str:
    own = OWN.get(PurePosixPath(unquote(urlsplit(url).path)).suffix.lower())
    if kind in GENERIC and own:
        return own
    if kind not in KINDS:
        raise RefusedError(f"not a kind of page Kabar reads ({_printable(kind) or 'no content type'})")
    return KINDS[kind]


def _printable(value: str) -> str:
    """A server's own word, without what could be more than a word."""
    return re.sub(r"[^\x21-\x7e]", "?", value)[:80]


def _unpack(pieces: Iterable[bytes], encoding: str, largest: int) -> Iterator[bytes]:
    encoding = encoding.strip().lower()
    if encoding in {"", "identity"}:
        yield from pieces
        return
    if encoding not in {"gzip", "x-gzip"}:
        raise RefusedError(f"packed in a way that was not asked for ({_printable(encoding)})")
    unpacker = zlib.decompressobj(wbits=31)
    for piece in pieces:
        yield unpacker.decompress(piece, largest + 1)  # what does not fit in here is too large anyway
        if unpacker.eof:
            return
    raise RefusedError("the server's answer broke off")


def _within(pieces: Iterable[bytes], largest: int) -> Iterator[bytes]:
    """The pieces, as long as they are not too large together."""
    length = 0
    for piece in pieces:
        length += len(piece)
        if length > largest:
            raise _too_large(largest)
        yield piece


def _too_large(largest: int) -> RefusedError:
    return RefusedError(f"larger than {largest >> 20} MB")


# --- keeping ----------------------------------------------------------------------------------------------------

_SAVED_FROM = re.compile(rb"\s*<!-- saved from url=\(\d{4}\)(\S+) -->")


def _with_address(url: str, content: bytes) -> bytes:
    """HTML as browsers save it, with the URL in a comment; a comment may hold no "--"."""
    comment = url.replace("--", "%2D%2D")
    mark = codecs.BOM_UTF8 if content.startswith(codecs.BOM_UTF8) else b""
    return mark + f"<!-- saved from url=({len(comment):04d}){comment} -->\n".encode() + content.removeprefix(mark)


def saved_from(content: bytes) -> str | None:
    """The URL in the comment that `fetch` and browsers write at the beginning of saved HTML."""
    comment = _SAVED_FROM.match(content.removeprefix(codecs.BOM_UTF8)[: 4 * LONGEST_URL])
    return comment[1].decode(errors="replace").replace("%2D%2D", "--") if comment else None


def file_name(url: str, suffix: str, *, taken: bool = False) -> str:
    """A file's name made of a URL: letters, digits and "-", not too long; an article's id is the same without suffix.

    HTML says itself where it is from, so its name is hashed only if it is cut, or `taken` by another URL that differs
    in signs. Of other kinds nothing tells whose they are: a hash of the URL keeps their names apart always.
    """
    parts = urlsplit(url)
    path = PurePosixPath(unquote(parts.path))
    stem = path.with_suffix("") if path.suffix.lower() in OWN else path
    name = slug(" ".join((parts.netloc.rpartition("@")[2], str(stem), unquote(parts.query)))) or "page"
    short = name.encode()[:LONGEST_NAME].decode(errors="ignore").rstrip("-")
    if taken or short != name or suffix != ".html":
        short = f"{short}-{sha256(url.encode(errors='replace')).hexdigest()[:12]}"
    return short + suffix
