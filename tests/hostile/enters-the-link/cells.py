import os
import pathlib
import socket

LINK = "/run/link"


def connect():
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(f"{LINK}/socket")


def listen():
    with socket.socket(socket.AF_UNIX) as connection:
        connection.bind(f"{LINK}/another")


def entered():
    attempts = {
        "list": lambda: os.listdir(LINK),
        "enter": lambda: os.chdir(LINK),
        "look": lambda: os.stat(f"{LINK}/socket"),
        "connect": connect,
        "listen": listen,
        "write": lambda: pathlib.Path(LINK, "file").write_text("x"),
        "remove": lambda: os.unlink(f"{LINK}/socket"),
        "rename": lambda: os.rename(LINK, "/run/other"),
        "open up": lambda: os.chmod(LINK, 0o777),
        "join the group": lambda: os.setgroups([1500]),
        "become the judge": lambda: os.setresgid(1500, 1500, 1500),
    }
    found = []
    for name, attempt in attempts.items():
        try:
            attempt()
            found.append(name)
        except OSError:
            pass
    return found


assert not entered(), entered()
# %%
def double(number):
    return entered() or 2 * number


def steady():
    return entered() or "steady"
