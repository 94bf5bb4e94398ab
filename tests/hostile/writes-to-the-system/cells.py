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



import openjupyter
import pathlib
import sys
import sysconfig

PLACES = ["/", "/etc", "/usr/bin", "/var/tmp", "/var/log", "/run", "/root", "/opt", "/home", "/lib", "/proc", "/sys",
          "/dev", "/boot", "/srv", "/mnt", sys.prefix, sysconfig.get_path("purelib"), os.path.dirname(sys.executable),
          os.path.dirname(openjupyter.__file__), os.path.dirname(os.__file__)]  # fmt: skip


def write(path):
    pathlib.Path(path).write_text("x")
    return True


def change(path):
    with open(path, "r+b"):
        return True


def tried():
    attempts = {place: lambda place=place: write(os.path.join(place, "mine")) for place in PLACES}
    for path in ("/etc/passwd", "/etc/hosts", "/etc/resolv.conf", "/etc/hostname", openjupyter.__file__, os.__file__, sys.executable):
        attempts[path] = lambda path=path: change(path)
    attempts["link"] = lambda: os.link("/etc/shadow", "shadow") is None
    attempts["mode"] = lambda: os.chmod("/etc/passwd", 0o666) is None
    return worked(attempts)


assert not tried(), tried()
# %%
def double(number):
    return tried() or 2 * number


def steady():
    return tried() or "steady"
