import ctypes
import os
import pathlib
import socket

C = ctypes.CDLL(None, use_errno=True)
PLACES = [pathlib.Path(place, ".mark") for place in ("/tmp", "/dev/shm", "/home/learner", "/var/tmp", "/run", "/dev/mqueue")]
FOUND = [str(place) for place in PLACES if place.exists()]
for place in PLACES:
    try:
        place.write_text("seen")
    except OSError:
        pass
KEY = 0x6F6A
if C.shmget(KEY, 4096, 0) != -1:
    FOUND.append("shared memory")
C.shmget(KEY, 4096, 0o1666)
if C.semget(KEY, 1, 0) != -1:
    FOUND.append("semaphores")
C.semget(KEY, 1, 0o1666)
if C.msgget(KEY, 0) != -1:
    FOUND.append("messages")
C.msgget(KEY, 0o1666)
listener = socket.socket(socket.AF_UNIX)
try:
    listener.bind("\0openjupyter-mark")
    listener.listen()
except OSError:
    FOUND.append("socket")
if os.fork() == 0:
    os.setsid()
    while True:
        try:
            listener.accept()
        except OSError:
            os._exit(0)
# %%
def double(number):
    return list(FOUND) or 2 * number


def steady():
    return list(FOUND) or "steady"
