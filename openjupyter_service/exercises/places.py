"""Where the repositories and files of a followed course lie in the site's data folder."""

import hashlib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class CoursePlaces:
    """Places of one followed course, below data_dir/courses/NAME. Nothing is made by naming it.

    Attributes:
        data_dir: the site's data folder.
        name: of the course.
    """

    data_dir: Path
    name: str

    @property
    def root(self) -> Path:
        """Folder of the course; its owner's alone, since the hidden tests are in it."""
        return self.data_dir / "courses" / self.name

    @property
    def public_mirror(self) -> Path:
        """Bare repository with what was fetched of the public half's repository; never served."""
        return self.root / "public.git"

    @property
    def private_mirror(self) -> Path:
        """Bare repository with what was fetched of the private half's repository; never served."""
        return self.root / "private.git"

    @property
    def served(self) -> Path:
        """Bare repository that learners pull the branch `main` of; holds nothing but the public half."""
        return self.root / "served.git"

    def private(self, private_commit: str, folder: str = "") -> Path:
        """Folder with the private half at a commit: made once by `checkout.check_out`, changed never."""
        # A folder of another name in the same commit is another half.
        suffix = f"-{hashlib.sha256(folder.encode()).hexdigest()[:8]}" if folder else ""
        return self.root / "private" / f"{private_commit}{suffix}"


def known_hosts(mirror: Path) -> Path:
    """File with the SSH keys of Git hosts, one for all courses of a site.

    An underscore is in no name of a course, so it can lie beside their folders.
    """
    return mirror.parent.parent / "known_hosts"
