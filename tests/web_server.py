"""A web server with good and with hostile pages, for the tests of what is fetched."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

STORY = (
    "<html><head><title>The bakery</title></head><body><article><h1>The bakery</h1>"
    "<p>The bakery on Mill Street opened in May. It sells bread and cakes to the whole quarter.</p>"
    "<p>Its owner, Émile Brink, had worked in the harbour for eleven years before that.</p></article></body></html>"
)
Handler = Callable[[socket.socket, "WebServer"], None]


def answer(body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> Handler:
    """A handler that sends this."""
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body) if length is None else length}", "", ""]
    head = "\r\n".join(lines).encode()
    return lambda connection, _server: connection.sendall(head + body)


def redirect(to: str, status: str = "302 Found") -> Handler:
    """A handler that sends elsewhere; {base} is the server's own address."""
    return lambda connection, server: answer(b"", f"Location: {to.format(base=server.url)}", status=status)(
        connection, server
    )


def endless(head: bytes, piece: bytes, pause: float = 0.0) -> Handler:
    """A handler that goes on sending until nobody listens."""

    def send(connection: socket.socket, server: WebServer) -> None:
        connection.sendall(head)
        while not server.stopped.wait(pause) if pause else not server.stopped.is_set():
            connection.sendall(piece)
            server.sent += len(piece)

    return send


HTML = "Content-Type: text/html; charset=utf-8"
PAGES: dict[str, Handler] = {
    "/story": answer(STORY.encode(), HTML),
    "/latin": answer(STORY.encode("cp1252"), "Content-Type: text/html; charset=windows-1252"),
    "/own-charset": answer(STORY.encode("cp1252"), "Content-Type: text/html"),
    "/packed": answer(gzip.compress(STORY.encode()), HTML, "Content-Encoding: gzip"),
    "/moved": redirect("/story"),
    "/moved-twice": redirect("{base}/moved", "301 Moved Permanently"),
    "/circle": redirect("/circle"),
    "/to-file": redirect("file:///etc/passwd"),
    "/to-ftp": redirect("ftp://127.0.0.1/x"),
    "/to-private": redirect("http://192.168.0.1/x"),
    "/to-metadata": redirect("http://169.254.169.254/latest/meta-data"),
    "/to-password": redirect("http://user:secret@127.0.0.1/x"),
    "/feed": answer(b"<rss version='2.0'></rss>", "Content-Type: application/rss+xml"),
    "/report.pdf": answer(b"%PDF-1.4", "Content-Type: application/octet-stream"),
    "/lines.jsonl": answer(b'{"text": "x"}', "Content-Type: text/plain"),
    "/picture": answer(b"\x89PNG", "Content-Type: image/png"),
    "/untyped": answer(b"what is this"),
    "/empty": answer(b" \n", HTML),
    "/missing": answer(b"gone", HTML, status="404 Not Found"),
    "/failing": answer(b"oh", HTML, status="503 Service Unavailable"),
    "/too-long": answer(b"x", HTML, length=10**9),
    "/cut": answer(b"<html>", HTML, length=5000),
    "/gigabyte": endless(f"HTTP/1.1 200 OK\r\n{HTML}\r\n\r\n".encode(), b"x" * 65536),
    "/bomb": answer(gzip.compress(b"0" * 200_000_000, 9), HTML, "Content-Encoding: gzip"),
    "/brotli": answer(b"xyz", HTML, "Content-Encoding: br"),
    "/not-gzip": answer(b"plain text", HTML, "Content-Encoding: gzip"),
    "/dripping": endless(f"HTTP/1.1 200 OK\r\n{HTML}\r\n\r\n".encode(), b"x", pause=0.02),
    "/dripping-head": endless(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n", pause=0.02),
    "/silent": lambda _connection, server: server.stopped.wait(60) and None,
    "/rubbish": lambda connection, _server: connection.sendall(b"\x00\x01\x02 what?\r\n\r\n"),
    "/reset": lambda _connection, _server: None,
}


class WebServer:
    """Answers each connection with the page of its path, and closes it."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.stopped = threading.Event()
        self.requests: list[str] = []
        self.sent = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while not self.stopped.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            try:
                request = connection.recv(65536).decode("latin-1")
                self.requests.append(request)
                path = request.split(" ")[1].partition("?")[0] if request.count(" ") > 1 else ""
                PAGES.get(path, PAGES["/missing"])(connection, self)
            except OSError:
                pass  # the client has seen enough

    def stop(self) -> None:
        self.stopped.set()
        self._socket.close()


@contextmanager
def web_server() -> Iterator[WebServer]:
    """A server for the time of the block."""
    server = WebServer()
    try:
        yield server
    finally:
        server.stop()
