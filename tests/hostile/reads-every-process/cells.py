import pathlib
import re

SECRET = re.compile(rb"okapi-\d{6}|def test_doubl[e]")


def search():
    found = []
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        for name in ("environ", "cmdline", "maps", "mountinfo", "status", "stack", "syscall", "wchan", "auxv"):
            try:
                if SECRET.search((process / name).read_bytes()):
                    found.append(f"{process}/{name}")
            except OSError:
                pass
        for link in [*process.glob("fd/*"), *process.glob("cwd"), *process.glob("root"), *process.glob("map_files/*")]:
            try:
                if "test_hostile" in str(link.readlink()):
                    found.append(str(link))
            except OSError:
                pass
    return found


assert not search(), search()
# %%
def double(number):
    return search() or 2 * number


def steady():
    return search() or "steady"
