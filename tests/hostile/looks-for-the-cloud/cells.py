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
import urllib.request

URLS = [
    "http://169.254.169.254/latest/meta-data/", "http://metadata.google.internal/", "http://[fd00:ec2::254]/latest/",
    "http://hub:8081/hub/api", "http://openjupyter:8081/hub/api/users", "http://host.docker.internal:2375/version",
    "http://172.17.0.1:8000/", "http://127.0.0.1:8081/hub/api", "http://127.0.0.1:10000/", "http://localhost:2375/",
]  # fmt: skip


def get(url):
    with urllib.request.urlopen(url, timeout=0.3) as reply:
        return bool(reply.read(1))


def resolve(name):
    return bool(socket.getaddrinfo(name, 80))


def listening():
    """Ports of this network that somebody else than the kernel itself listens on."""
    own = {os.readlink(f"/proc/self/fd/{name}") for name in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{name}")}
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in open(table).read().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" not in own and fields[7] != str(os.getuid()):
                yield fields[1]


def tried():
    attempts = {url: lambda url=url: get(url) for url in URLS}
    attempts |= {name: lambda name=name: resolve(name) for name in ("example.org", "hub", "host.docker.internal")}
    return worked(attempts) + list(listening())


assert not tried(), tried()
# %%
def double(number):
    return tried() or 2 * number


def steady():
    return tried() or "steady"
