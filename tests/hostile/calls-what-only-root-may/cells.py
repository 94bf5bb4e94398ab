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



import resource
import time


def become(function, *ids):
    function(*ids)
    return True


def raise_limit(kind):
    soft, hard = resource.getrlimit(kind)
    if hard == resource.RLIM_INFINITY:
        return False
    resource.setrlimit(kind, (hard + 1, hard + 1))
    return True


def limit(kind):
    try:
        return raise_limit(kind)
    except ValueError:
        return False


def any_of(attempt):
    """Does it work on any process of another user? There are some: the agent, the zygote, the first process."""
    others = [int(name) for name in os.listdir("/proc") if name.isdigit() and os.stat(f"/proc/{name}").st_uid == 0]
    return len(others) < 3 or worked({pid: lambda pid=pid: attempt(pid) for pid in others}) != []


def tried():
    status = dict(line.split(":\t", 1) for line in open("/proc/self/status").read().splitlines())
    found = [name for name in ("CapPrm", "CapEff", "CapInh", "CapAmb") if int(status[name], 16)]
    found += [] if status["NoNewPrivs"] == "1" and status["Seccomp"] == "2" else ["privileges"]
    return found + worked(
        {
            "clock": lambda: become(time.clock_settime, time.CLOCK_REALTIME, 0),
            "host name": lambda: C.sethostname(b"x", 1),
            "reboot": lambda: C.reboot(0x1234567),
            "module": lambda: C.syscall(175, b"", 0, b""),
            "kexec": lambda: C.syscall(246, 0, 0, 0, 0),
            "bpf": lambda: C.syscall(321, 0, 0, 0),
            "performance": lambda: C.syscall(298, 0, 0, -1, -1, 0),
            "keys": lambda: C.syscall(248, b"user", b"name", b"x", 1, -3),
            "page faults": lambda: C.syscall(323, 0),
            "kernel log": lambda: C.syscall(103, 3, ctypes.create_string_buffer(100), 100),
            "quota": lambda: C.syscall(179, 0, b"", 0, 0),
            "ports": lambda: C.iopl(3),
            "root": lambda: become(os.setuid, 0),
            "root's group": lambda: become(os.setgid, 0),
            "groups": lambda: become(os.setgroups, [0, 1500]),
            "all ids": lambda: become(os.setresuid, 0, 0, 0),
            "priority": lambda: become(os.setpriority, os.PRIO_PROCESS, 0, -20),
            "scheduler": lambda: become(os.sched_setscheduler, 0, os.SCHED_FIFO, os.sched_param(1)),
            "processes": lambda: limit(resource.RLIMIT_NPROC),
            "files": lambda: limit(resource.RLIMIT_NOFILE),
            "core": lambda: limit(resource.RLIMIT_CORE),
            "others' limits": lambda: any_of(lambda pid: become(resource.prlimit, pid, resource.RLIMIT_CPU, (1, 1))),
            "others' priority": lambda: any_of(lambda pid: become(os.setpriority, os.PRIO_PROCESS, pid, 19)),
            "others' end": lambda: any_of(lambda pid: become(os.kill, pid, 9)),
            "handle": lambda: C.syscall(304, -100, ctypes.create_string_buffer(128), os.O_RDONLY),
        }
    )


assert not tried(), tried()
# %%
def double(number):
    return tried() or 2 * number


def steady():
    return tried() or "steady"
