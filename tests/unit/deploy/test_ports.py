import socket

import pytest

from deploy.errors import SetupError
from deploy.ports import check_free, internal_port, reachable_host


@pytest.fixture
def busy():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_a_port_in_use_is_named_with_its_option(busy: int) -> None:
    sentence = f"port {busy} on 127.0.0.1 is in use; stop what uses it, or choose another port with --lms-port"
    with pytest.raises(SetupError, match=sentence):
        check_free("127.0.0.1", busy, "--lms-port")


def test_a_free_port_passes(busy: int) -> None:
    check_free("127.0.0.1", 0, "--port")


def test_a_foreign_address_is_refused() -> None:
    with pytest.raises(
        SetupError, match=r"cannot listen on 192\.0\.2\.77; choose one of its own addresses with --bind"
    ):
        check_free("192.0.2.77", 8000, "--port")


def test_a_remembered_port_is_kept_while_it_is_free(busy: int) -> None:
    taken: set[int] = set()
    first = internal_port(None, taken)
    assert first in taken
    assert internal_port(first, set()) == first
    assert internal_port(first, taken) != first
    assert internal_port(busy, set()) != busy


@pytest.mark.parametrize(("bind", "host"), [("127.0.0.1", "127.0.0.1"), ("::1", "[::1]"), ("lab.local", "lab.local")])
def test_hosts_in_urls(bind: str, host: str) -> None:
    assert reachable_host(bind) == host


def test_every_address_becomes_one_that_can_be_opened() -> None:
    assert reachable_host("0.0.0.0") not in ("0.0.0.0", "")
