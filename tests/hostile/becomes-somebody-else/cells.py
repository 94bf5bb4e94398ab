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



import stat
import subprocess


def run(*command):
    try:
        done = subprocess.run(command, input=b"\n", capture_output=True, timeout=2)
    except subprocess.TimeoutExpired:
        return False
    return b"uid=0" in done.stdout


def elevate():
    with open("/tmp/root", "w") as file:
        file.write("#!/bin/sh\nid\n")
    os.chmod("/tmp/root", 0o6755)
    os.chown("/tmp/root", 0, 0)
    return True


def node(path, *device):
    os.mknod(path, 0o666 | stat.S_IFBLK, os.makedev(*device))
    return True


def tried():
    return worked(
        {
            "sudo": lambda: run("sudo", "-n", "id"),
            "mount": lambda: run("mount", "-t", "tmpfs", "x", "/tmp"),
            "newgrp": lambda: run("newgrp", "root"),
            "unshare": lambda: run("unshare", "-r", "id"),
            "nsenter": lambda: run("nsenter", "-t", "1", "id"),
            "owner": elevate,
            "disk": lambda: node("/tmp/disk", 8, 0),
            "memory": lambda: node("/tmp/memory", 1, 1),
            "open disk": lambda: os.open("/dev/sda", os.O_RDONLY),
            "open memory": lambda: os.open("/dev/mem", os.O_RDONLY),
            "open log": lambda: os.open("/dev/kmsg", os.O_RDONLY),
            "fuse": lambda: os.open("/dev/fuse", os.O_RDWR),
            "tunnel": lambda: os.open("/dev/net/tun", os.O_RDWR),
            "shadow": lambda: os.open("/etc/shadow", os.O_RDONLY),
        }
    )


assert not run("su", "-c", "id")
assert not tried(), tried()
# %%
def double(number):
    return tried() or 2 * number


def steady():
    return tried() or "steady"
