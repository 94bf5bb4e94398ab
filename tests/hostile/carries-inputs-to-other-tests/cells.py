import mmap
import os
import pathlib
import sys

SHARED = mmap.mmap(-1, 4096)
KEPT = pathlib.Path("/dev/shm/kept")
reading, writing = os.pipe()


def double(number):
    SHARED[:8] = number.to_bytes(8, "big")
    KEPT.write_text(str(number))
    os.write(writing, str(number).encode())
    return 2 * number


# %%
def steady():
    number = int.from_bytes(SHARED[:8], "big") or int(KEPT.read_text())
    print(number, KEPT.read_text())
    print(number, file=sys.stderr)
    pathlib.Path("kept.txt").write_text(str(number))
    raise ValueError(f"the other test's input is {number}")
