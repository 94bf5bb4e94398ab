"""Where this machine gets Debian packages from, so that the base image is made from the same place."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Mirrors:
    """Addresses of the Debian archive and of its security updates."""

    archive: str = "http://deb.debian.org/debian"
    security: str = "http://deb.debian.org/debian-security"

    def sources(self, suite: str) -> str:
        """The text of a sources.list for a Debian suite such as bookworm."""
        return (
            f"deb {self.archive} {suite} main\n"
            f"deb {self.archive} {suite}-updates main\n"
            f"deb {self.security} {suite}-security main\n"
        )


def read_mirrors(etc: Path = Path("/etc/apt")) -> Mirrors:
    """The mirrors named in apt's settings; Debian's own where they name none (on Ubuntu, say)."""
    found: dict[str, str] = {}
    files = [etc / "sources.list", *sorted((etc / "sources.list.d").glob("*"))]
    for address in _addresses(file.read_text(errors="replace") for file in files if file.is_file()):
        name = urlsplit(address).path.rstrip("/").rpartition("/")[2]
        field = {"debian": "archive", "debian-security": "security"}.get(name)
        if field and urlsplit(address).scheme in ("http", "https"):
            found.setdefault(field, address.rstrip("/"))
    return Mirrors(**found)


def _addresses(texts: Iterable[str]) -> Iterator[str]:
    """Addresses in sources of both forms: `deb [options] URL …` and `URIs: URL …` (sources.list(5))."""
    for text in texts:
        for line in text.splitlines():
            if match := re.match(r"\s*deb\s+(?:\[[^]]*\]\s*)?(\S+)", line):
                yield match[1]
            elif match := re.match(r"URIs:\s*(.+)", line, re.IGNORECASE):
                yield from match[1].split()
