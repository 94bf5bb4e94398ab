import ctypes
import os

C = ctypes.CDLL(None)
PIDFD_OPEN, PIDFD_GETFD, KCMP, FSOPEN, OPEN_TREE = 434, 438, 312, 430, 428


def taken():
    found = []
    for name in os.listdir("/proc"):
        if not name.isdigit() or os.stat(f"/proc/{name}").st_uid == os.getuid():
            continue
        pidfd = C.syscall(PIDFD_OPEN, int(name), 0)
        found += [("descriptor", name, n) for n in range(20) if pidfd >= 0 and C.syscall(PIDFD_GETFD, pidfd, n, 0) >= 0]
        if C.syscall(KCMP, os.getpid(), int(name), 2, 0, 0) >= 0:
            found.append(("compared", name))
        for part in ("mem", "environ", "maps", "fd", "io", "stack", "root", "cwd", "exe", "ns/mnt"):
            try:
                path = f"/proc/{name}/{part}"
                os.listdir(path) if part == "fd" else os.readlink(path) if part in ("root", "cwd", "exe", "ns/mnt") else open(path, "rb").read(1)
                found.append((part, name))
            except OSError:
                pass
    found += [("file system",)] if C.syscall(FSOPEN, b"tmpfs", 0) >= 0 else []
    return found


assert not taken(), taken()
# %%
def double(number):
    return taken() or 2 * number


def steady():
    return taken() or "steady"
