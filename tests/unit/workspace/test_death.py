"""Which deaths are deaths of memory, and what learners read of them."""

import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

from openjupyter.workspace.death import SCHEMA_ID, SCHEMA_PATH, OutOfMemory, is_out_of_memory, readable
from openjupyter.workspace.first_to_go import SHELL, let_go_first


@pytest.mark.parametrize(
    ("returncode", "before", "now", "is_it"),
    [(-9, 0, 1, True), (-9, 3, 5, True), (-9, 3, 3, False), (-11, 0, 1, False), (0, 0, 1, False), (None, 0, 1, False)],
)
def test_memory_is_blamed_for_its_own_kills_alone(returncode: int | None, before: int, now: int, is_it: bool) -> None:
    assert is_out_of_memory(returncode, before, now) is is_it


def test_the_words_say_what_happened_what_is_left_and_what_to_do() -> None:
    text = OutOfMemory("k", 2**30).message()
    assert text.startswith("Out of memory: Python was stopped here.") and "may use 1 GB." in text
    assert "Everything you wrote is still there." in text and "What helps" in text
    assert max(map(len, text.splitlines())) <= 88, "cells of a narrow page break lines in the middle of words"
    assert "None" not in OutOfMemory("k", None).message()


@pytest.mark.parametrize("limit", [512 * 2**20, None])
def test_the_event_fits_its_schema(limit: int | None) -> None:
    schema = yaml.safe_load(SCHEMA_PATH.read_text())
    assert schema["$id"] == SCHEMA_ID
    event = OutOfMemory("k", limit).event()
    jsonschema.validate(event, schema)
    assert event.keys() == schema["properties"].keys() == set(schema["required"])


@pytest.mark.parametrize(
    ("size", "text"), [(2**30, "1 GB"), (3 * 2**29, "1.5 GB"), (400 * 2**20, "400 MB"), (2**19, "0.5 MB")]
)
def test_sizes(size: int, text: str) -> None:
    assert readable(size) == text


def test_a_real_process_and_its_children_go_first() -> None:
    code = "import subprocess; input(); print(subprocess.check_output(['cat', '/proc/self/oom_score_adj'], text=True))"
    with subprocess.Popen([sys.executable, "-c", code], stdin=-1, stdout=-1, text=True) as process:
        let_go_first(process.pid)
        output, _ = process.communicate("\n")
    assert output.strip() == "1000"
    assert Path("/proc/self/oom_score_adj").read_text().strip() != "1000"
    let_go_first(process.pid)  # gone already


def test_a_terminal_goes_first() -> None:
    output = subprocess.check_output(SHELL, input="cat /proc/self/oom_score_adj\n", text=True)
    assert output.splitlines()[-1] == "1000"
