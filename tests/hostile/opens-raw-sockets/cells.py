import ctypes
import os

C = ctypes.CDLL(None, use_errno=True)


def worked(attempts):
    """Names of what was possible; what fails gives -1 or raises OSError."""
    found = []
    for name, attempt in attempts.items():
        try:
            if attempt() not in (-1, False):
                found.append(name)
        except OSError:
            pass
    return found



import socket


def opened(*kinds):
    socket.socket(*kinds).close()
    return True


def route():
    """Netlink may be asked, but there is no other interface than the loopback."""
    return len([name for _, name in socket.if_nameindex() if name not in ("lo", "tunl0", "sit0", "ip6tnl0", "gre0")]) > 0


def vsock():
    with socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM) as connection:
        connection.settimeout(0.3)
        connection.connect((2, 22))
        return True


def tried():
    return worked(
        {
            "raw": lambda: opened(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP),
            "raw tcp": lambda: opened(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP),
            "raw 6": lambda: opened(socket.AF_INET6, socket.SOCK_RAW, 58),
            "packet": lambda: opened(socket.AF_PACKET, socket.SOCK_RAW, 3),
            "cooked": lambda: opened(socket.AF_PACKET, socket.SOCK_DGRAM, 3),
            "interfaces": route,
            "virtual machine": vsock,
        }
    )


assert not tried(), tried()
# %%
def double(number):
    return tried() or 2 * number


def steady():
    return tried() or "steady"
