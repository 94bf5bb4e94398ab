"""Addresses and ports of this machine."""

import errno
import secrets
import socket

from deploy.errors import SetupError

_INTERNAL = range(20000, 30000)
"""Below the range that Linux takes for outgoing connections."""
_EVERY = ("0.0.0.0", "::", "")  # noqa: S104 - recognised, not bound


def check_free(bind: str, port: int, option: str) -> None:
    """Make sure that we can listen there.

    Raises:
        SetupError: with the option that changes the port or the address.
    """
    try:
        _bind(bind, port)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            reason = f"port {port} on {bind} is in use; stop what uses it, or choose another port with {option}"
        elif error.errno == errno.EACCES:
            reason = f"port {port} is for root only; choose one above 1023 with {option}"
        else:
            reason = f"this machine cannot listen on {bind}; choose one of its own addresses with --bind"
        raise SetupError(reason) from None


def internal_port(remembered: object, taken: set[int]) -> int:
    """A free port on 127.0.0.1: the remembered one while it is free, else any; it is added to `taken`."""
    candidates = [remembered] if isinstance(remembered, int) else []
    candidates += [secrets.choice(_INTERNAL) for _ in range(100)]
    for port in candidates:
        if port not in taken and _is_free(port):
            taken.add(port)
            return port
    raise SetupError("no free port found on 127.0.0.1")


def reachable_host(bind: str) -> str:
    """How a browser names the address we listen on, ready for a URL."""
    if bind in _EVERY:
        bind = _own_address()
    return f"[{bind}]" if ":" in bind else bind


def _is_free(port: int) -> bool:
    try:
        _bind("127.0.0.1", port)
    except OSError:
        return False
    return True


def _bind(address: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))


def _own_address() -> str:
    """The address that this machine's default route leaves from; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # TEST-NET-1, RFC 5737
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])
