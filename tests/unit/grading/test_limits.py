"""What a grading container may do."""

import pytest

from openjupyter_service.sandbox.limits import ContainerSpec, judge_spec, sandbox_spec

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
    assert (sandbox.user, judge.user) == ("0:0", "1000:1000")
    assert set(sandbox.host_config()["tmpfs"]) == {"/tmp", "/home/learner"}
    assert set(judge.host_config()["tmpfs"]) == {"/tmp"}


def test_another_runtime_is_handed_on() -> None:
    assert "runtime" not in SPECS["judge"].host_config()
    assert judge_spec("judge:1", MEMORY, 1, 64, "runsc").host_config()["runtime"] == "runsc"


def test_the_commands_are_ours() -> None:
    commands = {role: spec.command for role, spec in SPECS.items()}
    assert commands == {
        "sandbox": ["python", "-m", "openjupyter.agent"],
        "judge": ["python", "-m", "openjupyter_service.judge"],
    }
    assert isinstance(SPECS["judge"], ContainerSpec)
