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



NEW_USER, NEW_NAMESPACE, NEW_PID, NEW_NET, NEW_CGROUP = 0x10000000, 0x20000, 0x20000000, 0x40000000, 0x02000000


def tried():
    return worked(
        {
            "mount proc": lambda: C.mount(b"proc", b"/tmp", b"proc", 0, None),
            "mount tmpfs": lambda: C.mount(b"tmpfs", b"/tmp", b"tmpfs", 0, None),
            "bind": lambda: C.mount(b"/", b"/tmp", None, 4096, None),
            "remount": lambda: C.mount(b"/", b"/", None, 32 | 4096, None),
            "unmount": lambda: C.umount2(b"/run/link", 2),
            "unmount /proc/sys": lambda: C.umount2(b"/proc/sys", 2),
            "chroot": lambda: os.chroot("/tmp"),
            "pivot": lambda: C.syscall(155, b"/tmp", b"/tmp"),
            "swap": lambda: C.swapoff(b"/dev/sda"),
            "user namespace": lambda: C.unshare(NEW_USER),
            "user and mounts": lambda: C.unshare(NEW_USER | NEW_NAMESPACE),
            "mounts": lambda: C.unshare(NEW_NAMESPACE),
            "processes": lambda: C.unshare(NEW_PID),
            "network": lambda: C.unshare(NEW_NET),
            "cgroup": lambda: C.unshare(NEW_CGROUP),
            "enter": lambda: C.setns(os.open("/proc/1/ns/net", os.O_RDONLY), 0),
            "new mount": lambda: C.syscall(430, b"tmpfs", 0),
            "open tree": lambda: C.syscall(428, -100, b"/", 1),
        }
    )


assert not tried(), tried()
# %%
def double(number):
    return tried() or 2 * number


def steady():
    return tried() or "steady"
