"""What is in the images, and what is not."""

import json
import re
from pathlib import Path

import docker
import pytest

from images.build import PROJECT, build
from images.sizes import measure, table
from openjupyter_service.sandbox.limits import JUDGE_ID

pytestmark = pytest.mark.docker


@pytest.fixture(scope="module")
def engine():
    client = docker.from_env()
    yield client
    client.close()


@pytest.fixture(scope="module")
def images(engine, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return build(engine, Path(tmp_path_factory.mktemp("build")) / "images.log")


def run(engine, image: str, *command: str, **options) -> str:
    """Output of a command in a fresh container without network."""
    output = engine.containers.run(
        image, entrypoint=list(command), network_mode="none", remove=True, stderr=True, **options
    )
    return output.decode()


@pytest.mark.parametrize(("name", "number"), [("learner", 1000), ("judge", JUDGE_ID)])
def test_nobody_is_root(engine, images: dict[str, str], name: str, number: int) -> None:
    user = f"{number}({name})"
    assert run(engine, images[name], "id").strip() == f"uid={user} gid={user} groups={user}"
    # Nor can become it: no program changes its user.
    assert run(engine, images[name], "find", "/", "-xdev", "-perm", "/6000", "-type", "f", user="root") == ""


@pytest.mark.parametrize("name", ["learner", "judge"])
def test_python_is_311(engine, images: dict[str, str], name: str) -> None:
    assert run(engine, images[name], "python", "--version").startswith("Python 3.11.")


@pytest.mark.parametrize("name", ["learner", "judge"])
def test_nothing_of_the_building_machine_is_left(engine, images: dict[str, str], name: str) -> None:
    find = "find / -xdev ( -name pip.conf -o -name ca.pem -o -path /run/host -o -path /opt/tools -o -path /run/build )"
    assert run(engine, images[name], *find.split(), user="root") == ""
    history = json.dumps(engine.images.get(images[name]).history())
    assert "/run/host" not in history and "PIP_" not in history
    environment = engine.images.get(images[name]).attrs["Config"]["Env"]
    assert not [line for line in environment if line.startswith(("PIP_", "SSL_", "http", "HTTP"))]


@pytest.mark.parametrize("name", ["learner", "judge"])
def test_the_compiled_files_are_there_and_the_source_is_roots(engine, images: dict[str, str], name: str) -> None:
    script = (
        "import importlib.util, os, pandas\n"
        "print(os.path.exists(importlib.util.cache_from_source(pandas.__file__)), os.access(pandas.__file__, os.W_OK))"
    )
    assert run(engine, images[name], "python", "-c", script).split() == ["True", "False"]


def test_learners_have_what_courses_use(engine, images: dict[str, str]) -> None:
    modules = (
        "numpy pandas matplotlib scipy sklearn requests nbclient nbformat ipykernel jupyterlab jupyterhub nbgitpuller"
    )
    script = (
        "import importlib, json, sys\n"
        "print(json.dumps({n: importlib.import_module(n).__version__ for n in sys.argv[1:] if n != 'nbgitpuller'}))\n"
        "import nbgitpuller, openjupyter, jupyter_resource_usage"
    )
    versions = json.loads(run(engine, images["learner"], "python", "-c", script, *modules.split()))
    pins = dict(
        line.lower().split("==")
        for line in (PROJECT / "images/learner/requirements.txt").read_text().splitlines()
        if "==" in line
    )
    names = {"sklearn": "scikit-learn"}
    assert versions == {name: pins[names.get(name, name)] for name in versions}
    assert run(engine, images["learner"], "git", "--version").startswith("git version")


def test_the_server_is_set_up(engine, images: dict[str, str]) -> None:
    script = (
        "from jupyterlab.labapp import LabApp\n"
        "from jupyter_server.serverapp import ServerApp\n"
        "app = ServerApp.instance(ip='127.0.0.1')\n"
        "app.initialize(['--no-browser'], new_httpserver=False)\n"
        "lab = app.extension_manager.extension_apps['jupyterlab'].copy().pop()\n"
        "enabled = sorted(app.jpserver_extensions)\n"
        "print('::', app.root_dir, app.kernel_manager.cull_idle_timeout, app.kernel_manager.cull_connected,\n"
        "      lab.expose_app_in_browser, lab.extension_manager, lab.news_url,\n"
        "      {'nbgitpuller', 'openjupyter.server'} <= {*enabled})\n"
    )
    environment = {"OPENJUPYTER_KERNEL_IDLE_SECONDS": "1234"}
    output = run(engine, images["learner"], "python", "-c", script, environment=environment)
    assert output.rpartition("::")[2].split() == ["/home/learner", "1234", "True", "True", "readonly", "None", "True"]


def test_the_extension_is_there_in_english_and_german(engine, images: dict[str, str]) -> None:
    listed = run(engine, images["learner"], "jupyter", "labextension", "list")
    assert re.search(r"openjupyter v\S+ .*enabled.* .*OK", listed), listed
    script = (
        "import json\n"
        "from jupyterlab_server.translation_utils import get_language_pack\n"
        "pack, trouble = get_language_pack('de_DE')\n"
        "print(json.dumps([pack['openjupyter']['Submit'], 'jupyterlab' in pack, trouble]))"
    )
    assert json.loads(run(engine, images["learner"], "python", "-c", script)) == [["Abgeben"], True, ""]
    assert run(engine, images["learner"], "sh", "-c", "command -v node npm || echo none").strip() == "none"


def test_a_fresh_home_belongs_to_the_learner_and_holds_the_list_of_fonts(engine, images: dict[str, str]) -> None:
    volume = engine.volumes.create()
    try:
        script = "touch ~/mine && ls ~/.cache/matplotlib && stat -c %U ~ ~/mine"
        volumes = {volume.name: {"bind": "/home/learner", "mode": "rw"}}
        output = run(engine, images["learner"], "sh", "-c", script, volumes=volumes)
        fonts, *owners = output.split()
        assert fonts.startswith("fontlist-") and owners == ["learner", "learner"]
    finally:
        volume.remove(force=True)


@pytest.mark.parametrize(
    ("path", "answered"),
    [
        ("services/openjupyter/git/sample.git", True),
        ("services/other/git/sample.git", False),
        ("services/openjupyter-evil/sample.git", False),
    ],
)
def test_git_gets_the_token_for_the_services_own_address_only(
    engine, images: dict[str, str], path: str, answered: bool
) -> None:
    environment = {
        "OPENJUPYTER_URL": "http://10.0.0.1:8000/services/openjupyter",
        "JUPYTERHUB_API_TOKEN": "token-of-the-learner",
        "GIT_TERMINAL_PROMPT": "0",
    }
    script = f"printf 'protocol=http\\nhost=10.0.0.1:8000\\npath={path}\\n\\n' | git credential fill || true"
    output = run(engine, images["learner"], "sh", "-c", script, environment=environment)
    assert ("password=token-of-the-learner" in output) is answered


def test_the_judge_has_nothing_more_than_it_needs(engine, images: dict[str, str]) -> None:
    script = "from importlib.metadata import distributions as d; print(*sorted(x.name.lower() for x in d()))"
    wanted = [
        line.lower().split("==")[0]
        for line in (PROJECT / "images/judge/requirements.txt").read_text().splitlines()
        if "==" in line
    ]
    assert run(engine, images["judge"], "python", "-c", script).split() == sorted(wanted)


def test_the_judge_can_import_all_of_itself(engine, images: dict[str, str]) -> None:
    script = (
        "import importlib, pkgutil\n"
        "import openjupyter.wire, openjupyter_service.judge\n"
        "for package in (openjupyter.wire, openjupyter_service.judge):\n"
        "    for module in pkgutil.iter_modules(package.__path__, package.__name__ + '.'):\n"
        "        importlib.import_module(module.name)\n"
        "print('ok')\n"
    )
    assert run(engine, images["judge"], "python", "-c", script).strip() == "ok"


def test_images_stay_small(engine, images: dict[str, str]) -> None:
    sizes = {name: measure(engine, tag) for name, tag in images.items()}
    for name in sizes:
        print(table(name, sizes[name], rows=5))
    # Room for growth, but a forgotten cache or test suite is noticed.
    assert sizes["base"].total() < 200e6
    assert sizes["judge"].total() < 320e6
    assert sizes["learner"].total() < 800e6


def test_learners_are_spoken_to_in_their_language(engine, images: dict[str, str]) -> None:
    german = {"OPENJUPYTER_LOCALE": "de-DE"}
    said = run(engine, images["learner"], "ipython", "-c", "%grade", environment=german)
    assert said.startswith("Dieses Notebook wurde nicht aus einem Kurs geöffnet")
    assert run(engine, images["learner"], "ipython", "-c", "%grade", environment={"OPENJUPYTER_SANDBOX": "1"}) == ""
    ask = "from openjupyter_service.judge.language import Speech; print(Speech('de').text('your files'))"
    assert run(engine, images["judge"], "python", "-c", ask).strip() == "deine Dateien"
