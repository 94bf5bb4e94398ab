"""Run the demo LMS from the command line."""

import argparse
import asyncio
import errno
import logging
import signal
import sqlite3
import sys
from pathlib import Path

from deploy.demo_lms.app import start
from deploy.demo_lms.config import Config, ConfigError, read_secret
from deploy.demo_lms.modes import MODES
from deploy.demo_lms.tools import Tool13


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy.demo_lms",
        description="A small LMS to try OpenJupyter with: it launches exercises by LTI 1.1 and 1.3 and receives "
        "scores. "
        "Anybody who reaches it can sign in as anybody: keep it on this machine.",
    )
    parser.add_argument("--bind", default="127.0.0.1", metavar="ADDRESS", help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=int, default=8010, help="port to listen on, 0 for any free one (%(default)s)")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="directory that keeps the scores")
    parser.add_argument(
        "--tool-url",
        default="http://127.0.0.1:8000/hub/lti/launch",
        metavar="URL",
        help="LTI 1.1 launch URL of the tool (%(default)s)",
    )
    parser.add_argument("--key", required=True, help="consumer key shared with the tool")
    parser.add_argument("--secret-file", type=Path, required=True, metavar="FILE", help="file with the shared secret")
    parser.add_argument(
        "--tool-login-url", default="", metavar="URL", help="login URL of the tool, for LTI 1.3 (without it, none)"
    )
    parser.add_argument(
        "--tool-jwks-url", default="", metavar="URL", help="address of the tool's public keys, for LTI 1.3"
    )
    parser.add_argument("--client-id", default="openjupyter", help="client id of the tool, for LTI 1.3 (%(default)s)")
    parser.add_argument("--deployment-id", default="1", help="deployment id of the tool, for LTI 1.3 (%(default)s)")
    parser.add_argument(
        "--mode", choices=list(MODES), default="plain", help="whose strictness to imitate (%(default)s)"
    )
    parser.add_argument(
        "--public-url", default="", metavar="URL", help="address that browsers and the tool use (from bind and port)"
    )
    return parser.parse_args(arguments)


def _tool13(options: argparse.Namespace) -> Tool13 | None:
    if not options.tool_login_url:
        return None
    return Tool13(
        client_id=options.client_id,
        deployment_id=options.deployment_id,
        title="OpenJupyter",
        login_url=options.tool_login_url,
        launch_url=options.tool_url,
        jwks_url=options.tool_jwks_url,
    )


async def serve(config: Config) -> None:
    """Run until SIGTERM or SIGINT; raises as `start` does."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    running = start(config)
    try:
        print(f"demo LMS ready at {running.url}", flush=True)
        await stop.wait()
    finally:
        await running.stop()


def explain(error: Exception, config: Config | None) -> str:
    """Say in one sentence why the LMS did not start."""
    if config is not None and isinstance(error, OSError):
        if error.errno == errno.EADDRINUSE:
            return f"Port {config.port} on {config.bind} is in use; choose another one with --port."
        if error.filename is not None:
            return f"The data directory {config.data_dir} cannot be used: {error.strerror}."
        return f"Cannot listen on {config.bind}, port {config.port}: {error.strerror or error}."
    if config is not None and isinstance(error, sqlite3.Error):
        return f"The data file in {config.data_dir} cannot be used: {error}."
    return str(error)


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit status."""
    options = parse_arguments(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    config = None
    try:
        config = Config(
            tool_url=options.tool_url,
            key=options.key,
            secret=read_secret(options.secret_file),
            data_dir=options.data,
            bind=options.bind,
            port=options.port,
            public_url=options.public_url,
            tool13=_tool13(options),
            mode=options.mode,
        )
        asyncio.run(serve(config))
    except (ConfigError, OSError, sqlite3.Error) as error:
        print(explain(error, config), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
