"""`deploy/try`: everything on this machine, from one command to one Ctrl-C.

Nothing but the standard library is imported before the arguments are read, so that --help needs no installation.
"""

import argparse
import signal
import sys
from pathlib import Path

LMS_MODES = ("plain", "moodle", "canvas", "xikolo", "xikolo-anonymized")
"""`deploy.demo_lms.modes` has them; they stand here again since nothing is installed yet."""
DATA_DIR = Path(__file__).resolve().parent.parent / ".openjupyter/try"


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="deploy/try",
        description="Start OpenJupyter on this machine together with a small demo LMS. What is missing (a Docker"
        " engine, Node.js, images) is installed or built first where this user may do so; Ctrl-C stops everything that"
        " was started, and learners' files stay for the next time.",
    )
    parser.add_argument("--port", type=int, default=8000, help="port of the hub (%(default)s)")
    parser.add_argument("--lms-port", type=int, default=8010, help="port of the demo LMS (%(default)s)")
    parser.add_argument(
        "--lms-mode",
        choices=LMS_MODES,
        default="plain",
        help="whose ways and strictness the demo LMS imitates (%(default)s); xikolo speaks LTI 1.1 only",
    )
    parser.add_argument(
        "--bind",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="address to listen on (%(default)s); the demo LMS lets anybody who reaches it sign in as anybody",
    )
    parser.add_argument(
        "--data-dir", type=Path, default=DATA_DIR, metavar="DIR", help="settings, database and logs (.openjupyter/try)"
    )
    parser.add_argument(
        "--smoke",
        action="store_true",
        help="start with an empty data directory, walk once through launch, notebook, grading and gradebook, remove"
        " everything again; the exit code tells whether it worked",
    )
    options = parser.parse_args(arguments)
    for port in (options.port, options.lms_port):
        if not 1 <= port <= 65535:
            parser.error(f"{port} is not a port; ports go from 1 to 65535")
    if options.port == options.lms_port:
        parser.error("--port and --lms-port must differ")
    return options


def main(arguments: list[str] | None = None) -> int:
    """Start, watch, stop; exit code 0 after Ctrl-C, 1 with a sentence when something is missing."""
    options = parse_arguments(arguments)

    from deploy.start import smoke, stay
    from openjupyter_service.errors import OpenJupyterError

    # SIGTERM ends it as Ctrl-C does; and a shell that starts it in the background would have SIGINT ignored.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        return smoke(options) if options.smoke else stay(options)
    except OpenJupyterError as error:
        print(f"deploy/try: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ndeploy/try: stopped before it was ready", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
