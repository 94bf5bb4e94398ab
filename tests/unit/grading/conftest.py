from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.grading.course import CourseSite, make_site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[CourseSite]:
    site = make_site(tmp_path)
    yield site
    site.store.close()
