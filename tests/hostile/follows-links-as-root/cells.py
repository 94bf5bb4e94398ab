import os
import pathlib
import shutil

HOME = pathlib.Path.home()
ELSEWHERE = pathlib.Path("/tmp/elsewhere")
ELSEWHERE.mkdir(exist_ok=True)
(ELSEWHERE / "file.txt").write_text("mine")
folder = HOME / "folder"
(folder / "inner").mkdir(parents=True, exist_ok=True)
for name in ("file.txt", "inner/file.txt"):
    (folder / name).write_text("kept")
os.link(folder / "file.txt", folder / "second.txt")


# %%
def double(number):
    (folder / "file.txt").unlink()
    (folder / "file.txt").symlink_to("/etc/passwd")
    (folder / "second.txt").unlink()
    (folder / "second.txt").symlink_to(ELSEWHERE / "file.txt")
    shutil.rmtree(folder / "inner")
    (folder / "inner").symlink_to(ELSEWHERE)
    (HOME / "new").symlink_to(ELSEWHERE)
    return 2 * number


# %%
def steady():
    if (ELSEWHERE / "file.txt").read_text() != "mine" or len(list(ELSEWHERE.iterdir())) != 1:
        return "written elsewhere"
    if (folder / "inner/file.txt").read_text() != "kept" or (folder / "inner").is_symlink():
        return "not put back"
    owned = [path for path in HOME.rglob("*") if path.lstat().st_uid != os.getuid()]
    return "owned by others" if owned else "steady"
