"""Nothing in the package can run what it reads: no eval, no exec, no pickle, no class made from a message."""

import ast
from pathlib import Path

import pytest

import openjupyter.wire

MODULES = sorted(Path(openjupyter.wire.__file__).parent.glob("*.py"))
FORBIDDEN_CALLS = {
    "eval",
    "exec",
    "compile",
    "__import__",
    "import_module",
    "namedtuple",
    "make_dataclass",
    "loads_pickle",
}
FORBIDDEN_MODULES = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "importlib", "copyreg", "ctypes"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_no_module_evaluates_or_unpickles(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            assert name not in FORBIDDEN_CALLS or (name == "compile" and ast.unparse(node.func) == "re.compile"), name
            assert name not in ("read_pickle", "to_pickle", "load", "fromfile", "memmap"), name
            assert not (ast.unparse(node.func) == "type" and len(node.args) == 3)
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
            assert not {name.partition(".")[0] for name in names} & FORBIDDEN_MODULES


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_dtype_is_made_of_text_in_one_place_only(path: Path) -> None:
    calls = [
        node
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "np.dtype"
    ]
    of_constants = [call for call in calls if not ast.unparse(call.args[0]).startswith(("np.", "bool"))]
    assert not of_constants or path.stem == "dtypes"


def test_the_codec_starts_without_numpy_and_pandas() -> None:
    import subprocess
    import sys

    program = "import sys, openjupyter.wire.codec; print(sorted({'numpy', 'pandas', 'pyarrow'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
