import io
import shutil
import tarfile
from pathlib import Path

import pytest
from docker.errors import ImageNotFound

from images import build as builder
from images.build import IMAGES, PROJECT, build, tags
from images.context import Entry, archive, content_hash, read_tree
from images.host import ca_bundle, host_context, pip_settings, proxy_arguments
from images.mirrors import Mirrors, read_mirrors
from images.sizes import table


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of everything that goes into the images."""
    for image in IMAGES:
        for _, path in image.sources:
            source, target = PROJECT / path, tmp_path / path
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                ignored = shutil.ignore_patterns("node_modules", "__pycache__")
                shutil.copytree(source, target, dirs_exist_ok=True, ignore=ignored)
            elif source.exists():
                shutil.copy(source, target)
    return tmp_path


class Engine:
    """An engine that knows some images and notes tags."""

    def __init__(self, known: set[str]) -> None:
        self.images = self
        self.known = known
        self.latest: list[str] = []

    def get(self, tag: str) -> "Engine":
        if tag not in self.known:
            raise ImageNotFound(tag)
        return self

    def tag(self, repository: str, tag: str) -> None:
        self.latest.append(f"{repository}:{tag}")


def test_a_tree_leaves_out_what_tools_make(tmp_path: Path) -> None:
    for name in ("a.py", "__pycache__/a.cpython-311.pyc", "node_modules/x/index.js", "sub/run.sh"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "sub/run.sh").chmod(0o755)
    assert read_tree(tmp_path, "place") == {
        "place/a.py": Entry(b"a.py"),
        "place/sub/run.sh": Entry(b"sub/run.sh", executable=True),
    }
    assert read_tree(tmp_path / "a.py", "one.py") == {"one.py": Entry(b"a.py")}


def test_the_hash_sees_name_content_mode_and_parent() -> None:
    base = {"a": Entry(b"1"), "b": Entry(b"2")}
    others = [
        {"a": Entry(b"1"), "c": Entry(b"2")},
        {"a": Entry(b"1"), "b": Entry(b"3")},
        {"a": Entry(b"1"), "b": Entry(b"2", executable=True)},
        {"a": Entry(b"12"), "b": Entry(b"")},
    ]
    hashes = {content_hash(context) for context in [base, *others]} | {content_hash(base, "parent:1")}
    assert len(hashes) == 6
    assert content_hash(dict(reversed(base.items()))) == content_hash(base)
    assert all(len(value) == 12 for value in hashes)


def test_the_archive_is_the_same_every_time() -> None:
    context = {"b": Entry(b"2", executable=True), "a": Entry(b"1")}
    first = archive(context).getvalue()
    assert first == archive(dict(reversed(context.items()))).getvalue()
    with tarfile.open(fileobj=io.BytesIO(first)) as tar:
        members = tar.getmembers()
    assert [(m.name, m.mode, m.mtime, m.uid, m.gid) for m in members] == [("a", 0o644, 0, 0, 0), ("b", 0o755, 0, 0, 0)]


def test_a_change_of_base_changes_its_children(project: Path) -> None:
    before = tags(project)
    with (project / "images/base/setup.sh").open("a") as file:
        file.write("# changed\n")
    after = tags(project)
    assert all(before[name] != after[name] for name in before)


def test_a_change_of_our_code_leaves_the_base_alone(project: Path) -> None:
    before = tags(project)
    (project / "labextension/openjupyter/agent/new.py").write_text("")
    after = tags(project)
    assert before["learner"] != after["learner"]
    assert (before["base"], before["judge"]) == (after["base"], after["judge"])
    (project / "openjupyter_service/judge/new.py").write_text("")
    assert tags(project)["judge"] != before["judge"]


def test_the_judge_holds_the_judge_and_the_wire_format_only() -> None:
    judge = next(image for image in IMAGES if image.name == "judge")
    packages = {name.split("/")[1:3][0] + "/" + name.split("/")[2] for name in judge.context() if "packages/" in name}
    assert packages <= {
        "openjupyter/__init__.py",
        "openjupyter/wire",
        "openjupyter_service/__init__.py",
        "openjupyter_service/judge",
    }
    assert "packages/openjupyter_service/judge/__main__.py" in judge.context()


def test_images_that_exist_are_not_built(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    wanted = tags(project)
    engine = Engine(set(wanted.values()) - {wanted["judge"]})

    def make(engine: Engine, image, *rest, **named) -> None:
        made.append(image.name)
        engine.known.add(wanted[image.name])

    monkeypatch.setattr(builder, "_build", make)
    assert build(engine, tmp_path / "logs/images.log", project=project) == wanted
    assert made == ["judge"]
    assert engine.latest == ["openjupyter-base:latest", "openjupyter-learner:latest", "openjupyter-judge:latest"]
    build(engine, tmp_path / "logs/images.log", names=["judge"], force=True, project=project)
    assert made == ["judge", "judge"]


def test_pip_settings_for_a_container() -> None:
    listing = (
        ":env:.find-links='/opt/wheels'\n"
        ":env:.default-timeout='180'\n"
        ":env:.index-url='https://pip.example.org/simple'\n"
        "global.cert='/etc/ssl/certs/ca.pem'\n"
        "global.extra-index-url='file:///opt/pypi/simple https://other.example.org/simple'\n"
        "global.index-url='https://overridden.example.org/simple'\n"
        "install.trusted-host='pip.example.org'\n"
        "freeze.timeout='10'\n"
    )
    assert pip_settings(listing) == {
        "index-url": "https://pip.example.org/simple",
        "extra-index-url": "https://other.example.org/simple",
        "timeout": "180",
        "trusted-host": "pip.example.org",
    }
    assert pip_settings("") == {}


def test_the_ca_bundle_comes_along_when_one_is_named(tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    bundle.write_bytes(b"certificate")
    assert ca_bundle({}) is None
    assert ca_bundle({"SSL_CERT_FILE": str(tmp_path / "missing")}) is None
    assert ca_bundle({"REQUESTS_CA_BUNDLE": str(bundle)}) == b"certificate"
    files = host_context({"SSL_CERT_FILE": str(bundle)})
    assert files["host/ca.pem"].content == b"certificate"
    assert b"PIP_CERT=/run/host/ca.pem" in files["host/environment"].content
    assert set(host_context({})) == {"host/pip.conf", "host/environment"}


def test_what_the_host_gives_is_in_no_hash(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = tags()
    (tmp_path / "ca.pem").write_bytes(b"another")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    monkeypatch.setenv("PIP_INDEX_URL", "https://another.example.org/simple")
    assert tags() == before
    assert not any(name.startswith("host/") for image in IMAGES for name in image.context())


def test_proxies_are_passed_on() -> None:
    environment = {"https_proxy": "http://proxy:3128", "NO_PROXY": "localhost", "HTTP_PROXY": "", "PATH": "/bin"}
    assert proxy_arguments(environment) == {"https_proxy": "http://proxy:3128", "NO_PROXY": "localhost"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "sources.list",
            "# deb http://old.example.org/debian buster main\n"
            "deb [arch=amd64 signed-by=/x.gpg] http://mirror.example.org/debian/ bookworm main\n"
            "deb https://mirror.example.org/debian-security bookworm-security main\n"
            "deb https://packages.example.org/apt stable main\n",
        ),
        (
            "sources.list.d/debian.sources",
            "Types: deb\nURIs: http://mirror.example.org/debian\nSuites: bookworm\n\n"
            "Types: deb\nURIs: https://mirror.example.org/debian-security\nSuites: bookworm-security\n",
        ),
    ],
)
def test_the_machines_own_mirror_is_used(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / name).write_text(text)
    mirrors = read_mirrors(tmp_path)
    assert mirrors == Mirrors("http://mirror.example.org/debian", "https://mirror.example.org/debian-security")
    assert mirrors.sources("bookworm", "deb http://another.example.org/debian bookworm main\n").splitlines() == [
        "deb http://mirror.example.org/debian bookworm main",
        "deb http://mirror.example.org/debian bookworm-updates main",
        "deb https://mirror.example.org/debian-security bookworm-security main",
    ]


def test_ubuntus_mirror_is_none_of_debians(tmp_path: Path) -> None:
    (tmp_path / "sources.list").write_text("deb http://archive.example.org/ubuntu noble main\n")
    mirrors = read_mirrors(tmp_path)
    assert mirrors == Mirrors()
    assert mirrors.sources("bookworm", "deb http://debian.example.org/debian bookworm main\n").splitlines() == [
        "deb http://debian.example.org/debian bookworm main",
        "deb http://debian.example.org/debian bookworm-updates main",
        "deb http://debian.example.org/debian-security bookworm-security main",
    ]


def test_no_security_mirror_is_made_up(tmp_path: Path) -> None:
    mirrors = Mirrors("http://mirror.example.org/debian")
    assert "security" not in mirrors.sources("bookworm", "")


def test_sizes_add_up() -> None:
    from collections import Counter

    sizes = Counter({"numpy": 57_000_000, "Debian": 95_000_000, "six": 100_000})
    assert table("judge", sizes, rows=2).splitlines() == [
        "judge: 152 MB",
        "    95.0  Debian",
        "    57.0  numpy",
        "     0.1  1 smaller ones",
    ]


def test_requirements_are_exact() -> None:
    for file in ("learner/requirements.txt", "judge/requirements.txt", "learner/requirements-build.txt"):
        lines = [line for line in (PROJECT / "images" / file).read_text().splitlines() if not line.startswith("#")]
        assert lines and all(line.count("==") == 1 for line in lines), file


def test_both_images_agree_on_numpy_and_pandas() -> None:
    def pins(name: str) -> set[str]:
        return set((PROJECT / f"images/{name}/requirements.txt").read_text().splitlines())

    assert {line for line in pins("judge") if line.startswith(("numpy", "pandas"))} <= pins("learner")


def test_constraints_name_no_place() -> None:
    lines = (PROJECT / "constraints.txt").read_text().splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert len(pins) > 50
    assert all(line.count("==") == 1 and "/" not in line and "@" not in line for line in pins)
