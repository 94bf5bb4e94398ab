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



import pathlib
import socket
import stat

USUAL = ["/var/run/docker.sock", "/run/docker.sock", "/run/containerd/containerd.sock", "/run/podman/podman.sock",
         "/run/user/1000/docker.sock", "/run/crio/crio.sock", "/run/dbus/system_bus_socket"]  # fmt: skip


def connect(address):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(0.5)
        connection.connect(address)
        connection.sendall(b"GET /version HTTP/1.0\r\n\r\n")
        return bool(connection.recv(100))


def listed():
    for line in pathlib.Path("/proc/net/unix").read_text().splitlines()[1:]:
        fields = line.split()
        if len(fields) == 8:
            yield "\0" + fields[7][1:] if fields[7].startswith("@") else fields[7]


def found():
    for root, _, names in os.walk("/run"):
        for name in names:
            path = os.path.join(root, name)
            try:
                if stat.S_ISSOCK(os.lstat(path).st_mode):
                    yield path
            except OSError:
                pass


def tried():
    addresses = {*USUAL, *listed(), *found()}
    return worked({address: lambda address=address: connect(address) for address in addresses})


assert not tried(), tried()
# %%
def double(number):
    return tried() or 2 * number


def steady():
    return tried() or "steady"
