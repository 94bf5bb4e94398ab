import os
import pathlib

pathlib.Path("kept.txt").write_text("kept")
pathlib.Path("folder").mkdir()
pathlib.Path("folder/inner.txt").write_text("inner")


def double(number):
    for name in ("kept.txt", "folder/inner.txt", "hostile.ipynb"):
        os.unlink(name)
    os.mkfifo("kept.txt")
    os.symlink("/dev/zero", "folder/inner.txt")
    os.symlink("/etc/shadow", "hostile.ipynb")
    os.rename("folder", "moved")
    os.symlink("/proc/1", "folder")
    here = os.getcwd()
    for _ in range(1500):
        os.mkdir("d")
        os.chdir("d")
    os.chdir(here)
    return 2 * number


# %%
def steady():
    found = sorted(str(path) for path in pathlib.Path().rglob("*"))
    if found != ["folder", "folder/inner.txt", "hostile.ipynb", "kept.txt"]:
        return "found"
    if pathlib.Path("kept.txt").read_text() != "kept" or pathlib.Path("folder/inner.txt").read_text() != "inner":
        return "changed"
    return "steady"
