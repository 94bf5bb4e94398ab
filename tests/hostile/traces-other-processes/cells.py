import ctypes
import os
import pathlib

C = ctypes.CDLL(None, use_errno=True)
PTRACE_ATTACH, PTRACE_SEIZE, PTRACE_DETACH = 16, 0x4206, 17


def foreign():
    """Processes of another user."""
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if process.stat().st_uid != os.getuid():
                yield int(process.name)
        except OSError:
            pass


def opened():
    found = []
    others = list(foreign())
    for process in others:
        for request in (PTRACE_ATTACH, PTRACE_SEIZE):
            if C.ptrace(request, process, None, None) == 0:
                found.append(f"traces {process}")
                C.ptrace(PTRACE_DETACH, process, None, None)
        buffer = ctypes.create_string_buffer(8)
        local = (ctypes.c_void_p * 2)(ctypes.addressof(buffer), 8)
        remote = (ctypes.c_void_p * 2)(0x400000, 8)
        if C.process_vm_readv(process, local, 1, remote, 1, 0) > 0:
            found.append(f"reads {process}")
        try:
            descriptor = os.pidfd_open(process)
        except OSError:
            continue
        # The agent's pipes by pidfd_getfd(2).
        found += [f"takes {number} of {process}" for number in range(16) if C.syscall(438, descriptor, number, 0) >= 0]
        os.close(descriptor)
    return found if others else ["there is nobody else here"]


assert not opened(), opened()
# %%
def double(number):
    return opened() or 2 * number


def steady():
    return opened() or "steady"
