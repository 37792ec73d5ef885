"""A web server on this machine, and a watch over what is really connected to."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from web_fetching import Fetch, Network, patient
from web_server import WebServer, web_server


@pytest.fixture(scope="module")
def server() -> Iterator[WebServer]:
    with web_server() as server:
        yield server


@pytest.fixture
def fetch() -> Fetch:
    """As patient as the slowest machine needs it."""
    return patient().fetch


@pytest.fixture(scope="session")
def watcher() -> Network:
    watcher = Network()
    sys.addaudithook(watcher.notice)  # nothing takes it away again
    return watcher


@pytest.fixture(autouse=True)
def network(watcher: Network) -> Iterator[Network]:
    watcher.connected, watcher.looked_up, watcher.watched = [], [], True
    yield watcher
    watcher.watched = False
