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



import glob

PATHS = [
    "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/modprobe", "/proc/sys/vm/overcommit_memory",
    "/proc/sys/kernel/hostname", "/proc/sys/net/ipv4/ip_forward", "/proc/sysrq-trigger",
    "/proc/sys/fs/binfmt_misc/register", "/proc/irq/default_smp_affinity",
    "/sys/kernel/uevent_helper", "/sys/power/state", "/proc/1/oom_score_adj", "/proc/1/mem", "/proc/1/environ",
    *glob.glob("/sys/fs/cgroup/*.max"), *glob.glob("/sys/fs/cgroup/memory/*limit_in_bytes"),
    *glob.glob("/sys/fs/cgroup/*/release_agent"), *glob.glob("/sys/fs/cgroup/*/cgroup.procs"),
]  # fmt: skip


def write(path):
    descriptor = os.open(path, os.O_WRONLY)
    try:
        return os.write(descriptor, b"0")
    finally:
        os.close(descriptor)


def tried():
    return worked({path: lambda path=path: write(path) for path in PATHS})


assert not tried(), tried()
# %%
def double(number):
    return tried() or 2 * number


def steady():
    return tried() or "steady"
