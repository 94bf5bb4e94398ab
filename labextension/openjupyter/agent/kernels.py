"""Kernels forked from the zygote, as jupyter_client and nbclient know them."""

import sys
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner

from openjupyter.agent.zygote import ForkedKernel, ZygoteClient


class ZygoteProvisioner(LocalProvisioner):
    """Where jupyter_client would start a program, the zygote forks."""

    process: ForkedKernel | None

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Have a kernel forked that reads the manager's connection file."""
        manager = self.parent
        assert isinstance(manager, SandboxKernelManager)
        self.process = manager.forked = manager.zygote.fork(manager.connection_file)
        self.pid = self.pgid = self.process.pid
        return self.connection_info


class SandboxKernelManager(AsyncKernelManager):
    """The one kind of kernel there is, whatever a notebook names."""

    forked: ForkedKernel
    """The kernel's process, known also when it has ended."""

    def __init__(self, zygote: ZygoteClient) -> None:
        super().__init__()
        self.zygote = zygote
        self.provisioner = ZygoteProvisioner(kernel_id="sandbox", kernel_spec=self.kernel_spec, parent=self)

    @property
    def kernel_spec(self) -> KernelSpec:
        """Not run by anybody: the zygote forks."""
        return KernelSpec(argv=[sys.executable, "-m", "openjupyter.agent.kernel", "-f", "{connection_file}"])

    def write_connection_file(self, **kwargs: Any) -> None:
        """Let the learner's user read the file; in this container there is nobody else."""
        super().write_connection_file(**kwargs)
        Path(self.connection_file).chmod(0o644)
