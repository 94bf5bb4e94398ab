"""The notebooks of tests/hostile and tests/messy can be read, and say what tests and benchmarks want to know."""

import json

import pytest

from openjupyter_service.report import Status
from tests.notebook_cases import (
    HOSTILE,
    MESSY,
    assertions,
    cells_of,
    load_cases,
    notebook_of,
    plain_cells,
    plain_notebook,
)

FAMILIES = {"read", "forge", "survive", "exhaust", "escape", "confuse"}


def test_cells_of_a_text_in_percent_format() -> None:
    cells = cells_of(
        "first = 1\n# %%\n# %% [markdown]\n# # Title\n#\n# text\n# %% plain mean\n# %% named\n%time x\n\n\n"
    )
    assert [(cell["cell_type"], cell["source"]) for cell in cells] == [
        ("code", "first = 1"),
        ("code", ""),
        ("markdown", "# Title\n\ntext"),
        ("code", plain_cells()["mean"]),
        ("code", "%time x"),
    ]
    assert len({cell["id"] for cell in cells}) == len(cells)


def test_the_plain_notebook_holds_the_plain_cells() -> None:
    notebook = json.loads(plain_notebook())
    assert [cell["source"] for cell in notebook["cells"]] == list(plain_cells().values())
    assert notebook == notebook_of(cells_of("# %% plain\n"))


def test_hostile_cases_have_a_family_and_a_verdict() -> None:
    cases = load_cases(HOSTILE)
    families = [case.family for case in cases]
    assert set(families) == {*FAMILIES, "honest"}
    assert all(families.count(family) >= 8 for family in FAMILIES)
    for case in cases:
        statuses = case.verdict["status"]
        for status in [statuses] if isinstance(statuses, str) else statuses:
            assert status == "refused" or Status(status) is not Status.INTERNAL_ERROR
        assert case.about.endswith(".")


def test_messy_cases_are_of_many_kinds() -> None:
    families = [case.family for case in load_cases(MESSY)]
    assert len(families) > 44
    assert all(families.count(family) >= 3 for family in set(families) - {"plain"})
    assert len({case.notebook for case in load_cases(MESSY)}) == len(families)


def test_other_tools_get_the_same_tests() -> None:
    namespace: dict[str, object] = {}
    for source in plain_cells().values():
        exec(source, namespace)
    found = assertions()
    points = (MESSY / "exercise" / "test_messy.py").read_text().count("def test_")
    assert len(found) == points
    for assertion in found:
        exec(assertion.code, namespace)
        namespace[assertion.function] = lambda *args: None
        with pytest.raises((AssertionError, TypeError, AttributeError, IndexError)):
            exec(assertion.code, namespace)
