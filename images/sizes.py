"""What each megabyte of an image is for: measured inside the image itself."""

import json
from collections import Counter

import docker

# Runs in the image, on its Python: bytes of every file, hard links once, grouped by the package that owns the folder.
_MEASURE = """
import json, os
site = "/opt/venv/lib/python3.11/site-packages/"
groups = [("/opt/venv/share/", "JupyterLab's pages"), ("/opt/venv/", "virtual environment"),
          ("/usr/lib/git-core/", "git"), ("/usr/bin/git", "git"), ("/usr/lib/python3", "Python"),
          ("/usr/local/lib/python3", "Python"), ("/usr/bin/python3", "Python"), ("", "Debian")]
sizes, seen = {}, set()
for folder, _, files in os.walk("/"):
    if folder.startswith(("/proc", "/sys", "/dev")):
        continue
    for name in files:
        path = os.path.join(folder, name)
        info = os.lstat(path)
        if (info.st_dev, info.st_ino) in seen:
            continue
        seen.add((info.st_dev, info.st_ino))
        if path.startswith(site):
            group = path[len(site):].split("/")[0].split("-")[0].removesuffix(".libs").removesuffix(".py").lower()
        else:
            group = next(label for start, label in groups if path.startswith(start))
        sizes[group] = sizes.get(group, 0) + info.st_size
print(json.dumps(sizes))
"""


def measure(engine: docker.DockerClient, tag: str) -> Counter[str]:
    """Bytes per package of an image; what is no Python package is grouped as Debian, Python, git and the like."""
    output = engine.containers.run(
        tag, entrypoint=["python3.11", "-c", _MEASURE], user="root", network_mode="none", remove=True
    )
    return Counter(json.loads(output))


def table(name: str, sizes: Counter[str], rows: int = 20) -> str:
    """The largest packages, one a line, with the rest in one line and the sum on top; megabytes of 10**6 bytes."""
    largest = sizes.most_common(rows)
    rest = sizes.total() - sum(size for _, size in largest)
    lines = [f"{name}: {sizes.total() / 1e6:.0f} MB", *(f"  {size / 1e6:6.1f}  {package}" for package, size in largest)]
    if rest:
        lines.append(f"  {rest / 1e6:6.1f}  {len(sizes) - len(largest)} smaller ones")
    return "\n".join(lines)
