"""What a grading container may do."""

import pytest

from openjupyter_service.datasets import DataSet
from openjupyter_service.sandbox.limits import LINK_SOCKET, judge_spec, pair_spec, sandbox_spec
from openjupyter_service.settings import GradingSettings

MEMORY = 512 * 2**20
SPECS = {
    "sandbox": sandbox_spec("learner:1", MEMORY, 0.5, 128, None),
    "judge": judge_spec("judge:1", MEMORY, 0.5, 128, None),
}


@pytest.mark.parametrize("role", SPECS)
def test_no_grading_container_has_network_privileges_or_a_disk(role: str) -> None:
    config = SPECS[role].host_config()
    assert config["network_mode"] == "none"
    assert config["read_only"] is True
    assert config["cap_drop"] == ["ALL"]
    assert config["security_opt"] == ["no-new-privileges"]
    assert config["log_config"] == {"Type": "none"}
    assert config["init"] is True
    assert not {"binds", "mounts", "volumes_from", "devices", "privileged", "pid_mode", "ipc_mode"} & set(config)


@pytest.mark.parametrize("role", SPECS)
def test_limits_hold_for_memory_with_swap_processors_and_processes(role: str) -> None:
    config = SPECS[role].host_config()
    assert config["mem_limit"] == config["memswap_limit"] == MEMORY
    assert config["nano_cpus"] == 500_000_000
    assert config["pids_limit"] == 128
    sizes = [
        int(part.removeprefix("size="))
        for mount in config["tmpfs"].values()
        for part in mount.split(",")
        if "size=" in part
    ]
    assert len(sizes) == len(config["tmpfs"]) and sum(sizes) <= MEMORY / 2
    assert all("nosuid" in mount and "nodev" in mount for mount in config["tmpfs"].values())


def test_only_the_sandbox_may_change_users() -> None:
    sandbox, judge = SPECS["sandbox"], SPECS["judge"]
    assert sandbox.host_config()["cap_add"] == ["SETUID", "SETGID", "KILL"]
    assert judge.host_config()["cap_add"] == []
    assert (sandbox.user, judge.user) == ("0:0", "1500:1500")
    assert set(sandbox.host_config()["tmpfs"]) == {"/tmp", "/home/learner"}
    assert set(judge.host_config()["tmpfs"]) == {"/tmp"}


def test_another_runtime_is_handed_on() -> None:
    assert "runtime" not in SPECS["judge"].host_config()
    config = judge_spec("judge:1", MEMORY, 1, 64, "runsc").host_config()
    assert config["runtime"] == "runsc"
    assert config["mem_limit"] == config["memswap_limit"] > MEMORY  # for itself
    assert config["pids_limit"] > 64


def test_the_commands_are_ours() -> None:
    assert SPECS["sandbox"].command == ("python", "-m", "openjupyter.agent")
    assert SPECS["judge"].command == ("python", "-m", "openjupyter_service.judge")


@pytest.mark.parametrize("role", SPECS)
def test_the_link_is_all_that_a_pair_shares(role: str) -> None:
    config = SPECS[role].host_config("the-volume")
    assert config["binds"] == {"the-volume": {"bind": "/run/link", "mode": "rw"}}
    assert {**config, "binds": None} == {**SPECS[role].host_config(), "binds": None}


@pytest.mark.parametrize(("cpus", "threads"), [(0.5, "1"), (1, "1"), (1.9, "1"), (2, "2"), (4, "4")])
def test_numpy_starts_no_more_threads_than_there_are_processors(cpus: float, threads: str) -> None:
    spec = pair_spec(GradingSettings(cpus=cpus))
    for environment in (dict(spec.sandbox.environment), dict(spec.judge.environment)):
        assert (environment["OPENBLAS_NUM_THREADS"], environment["OMP_NUM_THREADS"]) == (threads, threads)


def test_a_pair_follows_site_and_exercise() -> None:
    settings = GradingSettings(sandbox_image="site:1", judge_image="judge:1", judge_memory="256M", preload=["polars"])
    ours = pair_spec(settings)
    assert (ours.sandbox.image, ours.judge.image) == ("site:1", "judge:1")
    assert (ours.sandbox.memory_bytes, ours.judge.memory_bytes) == (MEMORY, 256 * 2**20)
    assert dict(ours.sandbox.environment)["OPENJUPYTER_PRELOAD"] == "polars"
    theirs = pair_spec(settings, "exercise:1", 2**30)
    assert (theirs.sandbox.image, theirs.sandbox.memory_bytes) == ("exercise:1", 2**30)
    assert theirs.judge == ours.judge
    assert pair_spec(settings) == ours and hash(pair_spec(settings)) == hash(ours) != hash(theirs)


def test_both_containers_read_the_courses_data_set_and_write_nothing() -> None:
    data = DataSet("/srv/weather", "/srv/data/ds")
    pair = pair_spec(GradingSettings(), data_sets=(data,))
    for spec in (pair.sandbox, pair.judge):
        (mount,) = spec.host_config("the-volume")["mounts"]
        assert (mount["Type"], mount["Source"], mount["Target"]) == ("bind", "/srv/weather", "/srv/data/ds")
        assert mount["ReadOnly"] is True and mount["BindOptions"] == {"NonRecursive": True}
    # A pair of one course never serves another.
    assert pair != pair_spec(GradingSettings()) and len({pair, pair_spec(GradingSettings(), data_sets=(data,))}) == 1


def test_only_the_engines_own_runtime_lets_a_pair_share_a_socket() -> None:
    linked = pair_spec(GradingSettings())
    assert linked.linked and dict(linked.sandbox.environment)["OPENJUPYTER_LINK"] == LINK_SOCKET
    for apart in (pair_spec(GradingSettings(runtime="runsc")), pair_spec(GradingSettings(), runtime="runsc")):
        assert not apart.linked and "OPENJUPYTER_LINK" not in dict(apart.sandbox.environment)
        assert apart.sandbox.runtime == apart.judge.runtime == "runsc"
