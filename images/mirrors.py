"""Where this machine gets Debian packages from, so that the base image is made from the same place."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Mirrors:
    """Addresses of the Debian archive and of its security updates; None where debootstrap's own choice is to hold."""

    archive: str | None = None
    security: str | None = None

    def sources(self, suite: str, written: str) -> str:
        """The text of a sources.list for a Debian suite such as bookworm; `written` is the one debootstrap made."""
        archive = self.archive or next(_addresses([written]))
        # Debian's own archive, which debootstrap chooses, has its security updates under this name.
        security = self.security or (f"{archive}-security" if self.archive is None else None)
        lines = [f"deb {archive} {suite} main", f"deb {archive} {suite}-updates main"]
        return "\n".join([*lines, *([f"deb {security} {suite}-security main"] if security else []), ""])


def read_mirrors(etc: Path = Path("/etc/apt")) -> Mirrors:
    """The mirrors named in apt's settings; they may name none (on Ubuntu, say)."""
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
