"""What tests of fetching share: a network that is watched, a DNS of their own, and why a page is refused."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from typing import Any

import pytest
from patience import PATIENCE

from index.types import LoadError
from index.web.fetching import Fetcher, Page

Fetch = Callable[[str], Page]


def patient(**options: Any) -> Fetcher:
    """One that reaches this machine, and for which no server is too slow."""
    return Fetcher(**{"allow_loopback": True, "step_seconds": PATIENCE, "total_seconds": PATIENCE} | options)


class Network:
    """What the operating system is really asked for. Nothing gets off this machine."""

    def __init__(self) -> None:
        self.watched = False
        self.connected: list[str] = []
        self.looked_up: list[str] = []

    def notice(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.watched:
            return
        if event == "socket.getaddrinfo":
            self.looked_up.append(arguments[0])
        elif event == "socket.connect":
            address = arguments[1][0]
            self.connected.append(address)
            if not ipaddress.ip_address(address).is_loopback:
                raise ConnectionRefusedError("no test leaves this machine")


def refusal(fetch: Fetch, url: str) -> str:
    """The reason why a page is not fetched."""
    with pytest.raises(LoadError) as caught:
        fetch(url)
    reason = caught.value.reason
    assert reason.isprintable()
    assert 0 < len(reason) < 140
    return reason


def resolver(*answers: list[str]) -> Callable[..., list[tuple[Any, ...]]]:
    """A DNS that gives another answer to each look-up, and fails when it is asked once more."""
    waiting = list(answers)

    def resolve(_host: str, port: int, **_options: object) -> list[tuple[Any, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in waiting.pop(0)]

    return resolve
