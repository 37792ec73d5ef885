"""A web server with good and with hostile pages, for the tests of what is fetched."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

STORY = (
    "<html><head><title>The bakery</title></head><body><article><h1>The bakery</h1>"
    "<p>The bakery on Mill Street opened in May. It sells bread and cakes to the whole quarter.</p>"
    "<p>Its owner, Émile Brink, had worked in the harbour for eleven years before that.</p></article></body></html>"
)
HTML = "Content-Type: text/html; charset=utf-8"
OK = f"HTTP/1.1 200 OK\r\n{HTML}\r\n"
Handler = Callable[[socket.socket, "WebServer"], None]


def raw(sent: bytes) -> Handler:
    """A handler that sends these bytes and nothing else."""
    return lambda connection, _server: connection.sendall(sent)


def answer(body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> Handler:
    """A handler that sends this page."""
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body) if length is None else length}", "", ""]
    return raw("\r\n".join(lines).encode() + body)


def redirect(to: str, *headers: str, status: str = "302 Found") -> Handler:
    """A handler that sends elsewhere; {base} is the server's own address."""
    return lambda connection, server: answer(
        b"", f"Location: {to.replace('{base}', server.url)}", *headers, status=status
    )(connection, server)


def endless(head: bytes, piece: bytes, pause: float = 0.0) -> Handler:
    """A handler that goes on sending until nobody listens."""

    def send(connection: socket.socket, server: WebServer) -> None:
        connection.sendall(head)
        while not server.stopped.wait(pause) if pause else not server.stopped.is_set():
            connection.sendall(piece)
            server.sent += len(piece)

    return send


def silent(_connection: socket.socket, server: WebServer) -> None:
    """Keep the connection and say nothing."""
    server.stopped.wait()


def reset(connection: socket.socket, _server: WebServer) -> None:
    """Break the connection instead of closing it."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def chunked(*pieces: bytes) -> bytes:
    """Pieces in HTTP's chunked coding."""
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in (*pieces, b""))


MEGABYTE = gzip.compress(b"0" * 2**20)
PAGES: dict[str, Handler] = {
    # good ones
    "/story": answer(STORY.encode(), HTML),
    "/story;part=1": answer(STORY.encode(), HTML),
    "//two/slashes": answer(STORY.encode(), HTML),
    "/marked": answer(b"\xef\xbb\xbf" + STORY.encode(), "Content-Type: text/html"),
    "/windows": answer(STORY.encode("cp1252"), "Content-Type: text/html; charset=windows-1252"),
    "/quoted": answer(STORY.encode("cp1252"), 'Content-Type: TEXT/HTML; q="x"; Charset="ISO-8859-1"'),
    "/mislabelled": answer(STORY.encode(), "Content-Type: text/html; charset=iso-8859-1"),
    "/odd-charset": answer(STORY.encode(), "Content-Type: text/html; charset=idna"),
    "/wide": answer(STORY.encode("utf-16"), "Content-Type: text/html"),
    "/packed": answer(gzip.compress(STORY.encode()), HTML, "Content-Encoding: gzip"),
    "/packed-and-more": answer(gzip.compress(STORY.encode()) + b"rest", HTML, "Content-Encoding: gzip"),
    "/chunked": raw(f"{OK}Transfer-Encoding: chunked\r\n\r\n".encode() + chunked(*STORY.encode().partition(b"May"))),
    "/until-closed": raw(f"{OK}\r\n{STORY}".encode()),
    "/own-charset": answer(STORY.encode("cp1252"), "Content-Type: text/html"),
    "/note": answer("Café".encode("cp1252"), "Content-Type: text/plain; charset=windows-1252"),
    "/lines.jsonl": answer(b'{"text": "x"}', "Content-Type: text/plain"),
    # moved ones
    "/moved": redirect("/story#part", "Set-Cookie: id=7; Path=/"),
    "/moved-twice": redirect("{base}/moved", status="301 Moved Permanently"),
    "/moved-5": redirect("moved-4", status="307 Temporary Redirect"),
    "/moved-4": redirect("./moved-3", status="308 Permanent Redirect"),
    "/moved-3": redirect("/moved-twice", status="303 See Other"),
    "/moved-6": redirect("/moved-5"),
    "/moved-utf-8": redirect("/é?é=é"),
    "/%C3%A9": answer(STORY.encode(), HTML),
    "/circle": redirect("/circle"),
    "/nowhere": answer(b"", status="302 Found"),
    "/not-modified": redirect("/story", status="304 Not Modified"),
    # empty and faulty ones
    "/empty": answer(b" \n", HTML),
    "/empty-marked": answer(b"\xef\xbb\xbf\n", HTML),
    "/no-content": answer(b"", HTML, status="204 No Content"),
    "/password": answer(b"who?", HTML, status="401 Unauthorized"),
    "/forbidden": answer(b"no", HTML, status="403 Forbidden"),
    "/missing": answer(b"gone", HTML, status="404 Not Found"),
    "/failing": answer(b"oh", HTML, status="503 Service Unavailable"),
    "/switching": raw(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
    "/binary": answer(bytes(range(256)) * 10, HTML),
    "/untyped": answer(b"what is this"),
    "/picture": answer(b"\x89PNG", "Content-Type: image/png"),
    "/cut": answer(b"<html>", HTML, length=5000),
    "/cut-chunk": raw(f"{OK}Transfer-Encoding: chunked\r\n\r\n50\r\n<html>".encode()),
    "/cut-gzip": answer(gzip.compress(STORY.encode())[:-9], HTML, "Content-Encoding: gzip"),
    "/not-gzip": answer(b"plain text", HTML, "Content-Encoding: gzip"),
    "/brotli": answer(b"xyz", HTML, "Content-Encoding: br"),
    "/zstd": answer(b"xyz", HTML, "Content-Encoding: zstd"),
    "/twice-packed": answer(gzip.compress(MEGABYTE), HTML, "Content-Encoding: gzip, gzip"),
    "/rubbish": raw(b"\x00\x01\x02 what?\r\n\r\n"),
    "/odd-length": raw(f"{OK}Content-Length: {'9' * 5000}\r\n\r\nx".encode()),
    "/two-lengths": raw(f"{OK}Content-Length: 1\r\nContent-Length: 2\r\n\r\nxy".encode()),
    "/closed": raw(b""),
    "/reset": reset,
    # large ones
    "/too-long": answer(b"x", HTML, length=10**9),
    "/gigabyte": endless(f"{OK}\r\n".encode(), b"x" * 65536),
    "/crumbs": endless(f"{OK}Transfer-Encoding: chunked\r\n\r\n".encode(), b"1\r\nx\r\n" * 10_000),
    "/bomb": raw(f"{OK}Content-Encoding: gzip\r\n\r\n".encode() + gzip.compress(b"0" * 2**27)),
    "/hollow": endless(
        f"{OK}Content-Encoding: gzip\r\n\r\n".encode() + gzip.compress(b"")[:10], b"\0\0\0\xff\xff" * 10_000
    ),
    "/long-head": endless(b"HTTP/1.1 200 OK\r\nX: ", b"x" * 65536),
    # slow ones
    "/dripping": endless(f"{OK}\r\n".encode(), b"x", pause=0.02),
    "/dripping-head": endless(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n", pause=0.02),
    "/dripping-redirects": endless(b"HTTP/1.1 302 Found\r\n", b"L", pause=0.02),
    "/continuing": endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n", pause=0.02),
    "/silent": silent,
}


class WebServer:
    """Answers each connection with the page of its path, and closes it."""

    def __init__(self, address: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        self._socket = socket.create_server((address, 0))
        self._tls = tls
        self.port = self._socket.getsockname()[1]
        self.url = f"http{'s' if tls else ''}://{address}:{self.port}"
        self.pages = dict(PAGES)
        self.always: Handler | None = None
        """Answers whatever is asked, in place of the pages."""
        self.stopped = threading.Event()
        self.requests: list[str] = []
        self.names: list[str | None] = []
        """What the clients said in TLS whom they want."""
        self.sent = 0
        if tls:
            tls.sni_callback = lambda _socket, name, _context: self.names.append(name)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while not self.stopped.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):  # the client has seen enough
            self._answer(self._tls.wrap_socket(connection, server_side=True) if self._tls else connection)

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            request = connection.recv(65536).decode("latin-1")
            self.requests.append(request)
            path = request.split(" ")[1].partition("?")[0] if request.count(" ") > 1 else ""
            (self.always or self.pages.get(path, self.pages["/missing"]))(connection, self)

    def stop(self) -> None:
        self.stopped.set()
        self._socket.close()


@contextmanager
def web_server(address: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> Iterator[WebServer]:
    """A server for the time of the block."""
    server = WebServer(address, tls)
    try:
        yield server
    finally:
        server.stop()


def certified(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """What a server needs to be news.example, and the file of the authority that says so."""
    for name, text in {"authority": AUTHORITY, "server": CERTIFICATE + KEY}.items():
        (folder / f"{name}.pem").write_text(text)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    return context, folder / "authority.pem"


# Made with openssl for these tests alone, good from the year 2000 to 9999; the authority's own key is thrown away.
AUTHORITY = """\
-----BEGIN CERTIFICATE-----
MIIBYDCCAQWgAwIBAgIBATAKBggqhkjOPQQDAjAWMRQwEgYDVQQDDAtLYWJhciB0
ZXN0czAgFw0wMDAxMDEwMDAwMDBaGA85OTk5MTIzMTIzNTk1OVowFjEUMBIGA1UE
AwwLS2FiYXIgdGVzdHMwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQW/Wyh3N8O
n1JQlV/bfRknKKD8ZoV6iORerqM/AVRIllvKndP30D+t9utf16/WnB4NrJcVYcan
VjmmxNtoUOmFo0IwQDAPBgNVHRMBAf8EBTADAQH/MA4GA1UdDwEB/wQEAwIBBjAd
BgNVHQ4EFgQUSl58ePo+3c+AnsnKumXzacz2eb4wCgYIKoZIzj0EAwIDSQAwRgIh
ALoAb6DwegnerHzn02Xz42UapDsYOPUQrjQhiEdDpo69AiEAwzakvq40mPdm/8cY
WDVMYfK99w4PEOU5K3Rfn+tAdro=
-----END CERTIFICATE-----
"""
CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIBrzCCAVSgAwIBAgIBAjAKBggqhkjOPQQDAjAWMRQwEgYDVQQDDAtLYWJhciB0
ZXN0czAgFw0wMDAxMDEwMDAwMDBaGA85OTk5MTIzMTIzNTk1OVowFzEVMBMGA1UE
AwwMbmV3cy5leGFtcGxlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAExCcTKdmc
3OYWn8esA4/AJPgiFdYQSe485Xhxqj6PkG/tKu8IKEuIIjJ7s7K2cj7fvgi8CEt/
UUSp6idjUANeUKOBjzCBjDAMBgNVHRMBAf8EAjAAMA4GA1UdDwEB/wQEAwIHgDAT
BgNVHSUEDDAKBggrBgEFBQcDATAXBgNVHREEEDAOggxuZXdzLmV4YW1wbGUwHQYD
VR0OBBYEFLkC1QiDzj1vcjBqcCR6mCGI0wVfMB8GA1UdIwQYMBaAFEpefHj6Pt3P
gJ7Jyrpl82nM9nm+MAoGCCqGSM49BAMCA0kAMEYCIQCdMihFVGzltVKHU2/5dOD1
VH4SOv32AeKQpG/UtGVj8AIhAK0VVztH2S8rn5RvQzaCidrohJzeXJHZOR79WCFO
xArU
-----END CERTIFICATE-----
"""
KEY = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgTKoyDJL9TrgJQ9N+
ZY3musKnriGfTuqHcKbQs6yE5C2hRANCAATEJxMp2Zzc5hafx6wDj8Ak+CIV1hBJ
7jzleHGqPo+Qb+0q7wgoS4giMnuzsrZyPt++CLwIS39RRKnqJ2NQA15Q
-----END PRIVATE KEY-----
"""
