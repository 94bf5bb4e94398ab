import os
import pathlib

SECRET = b"2718" + b"28"
found = []
for folder, folders, names in os.walk("/"):
    if folder == "/":
        folders[:] = [name for name in folders if name not in ("proc", "sys")]
    ours = folder.startswith(("/home", "/tmp", "/run", "/etc", "/mnt", "/srv")) or "openjupyter" in folder
    for name in names:
        path = pathlib.Path(folder, name)
        try:
            if name in ("test_hostile.py", "exercise.toml") or (ours and SECRET in path.read_bytes()):
                found.append(str(path))
        except OSError:
            pass
found += [name for name, value in os.environ.items() if SECRET.decode() in value]
found = [path for path in found if not path.endswith(".ipynb")]
assert not found, found
# %%
def double(number):
    return 2 * number


def steady():
    return "steady"
