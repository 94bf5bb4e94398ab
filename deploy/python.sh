# Sourced by try, test and bench: finds Python, makes .venv, installs the project, and runs a module in it.
# shellcheck shell=bash
set -euo pipefail
PROJECT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
VENV=$PROJECT/.venv
LOG=$PROJECT/.openjupyter/logs/python.log

fail() {
    printf '%s: %s\n' "deploy/$(basename "$0")" "$*" >&2
    exit 1
}

find_python() {
    local candidate
    for candidate in python3 python3.1{1,2,3,4} "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.1[1-9]*/bin/python3; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    fail "no Python 3.11 or newer found; install one (on Debian or Ubuntu: sudo apt install python3 python3-venv)"
}

# Runs a command with its output in the log; "$1" says what it does, should it fail.
logged() {
    local what=$1 before
    shift
    mkdir -p "$(dirname "$LOG")"
    touch "$LOG"
    before=$(wc -c <"$LOG")
    if "$@" </dev/null >>"$LOG" 2>&1; then
        return
    fi
    if tail -c "+$((before + 1))" "$LOG" | grep -Eqi 'resolv|getaddrinfo|NewConnectionError|timed out|unreachable|refused|service not known'; then
        fail "$what failed because the network could not be reached; check this machine's connection or proxy settings (its output is in $LOG)"
    fi
    fail "$what failed (its output is in $LOG)"
}

has_pip() { [ -x "$VENV/bin/python" ] && "$VENV/bin/python" -m pip --version >/dev/null 2>&1; }

make_venv() {
    local python
    python=$(find_python) || exit 1
    echo "Making .venv with $("$python" --version)"
    if ! "$python" -m venv --clear "$VENV" >/dev/null 2>&1; then
        # Debian keeps venv's pip in a package of its own.
        if "$python" -m pip --version >/dev/null 2>&1; then
            logged "making .venv" "$python" -m venv --clear --without-pip "$VENV"
            logged "installing pip" "$python" -m pip --python "$VENV/bin/python" install pip
        elif [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
            logged "installing python3-venv" env DEBIAN_FRONTEND=noninteractive sh -c \
                'apt-get update -q && apt-get install -q -y --no-install-recommends "$1"' - \
                "$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
            logged "making .venv" "$python" -m venv --clear "$VENV"
        else
            fail "this Python cannot make virtual environments; install python3-venv (on Debian or Ubuntu: sudo apt install python3-venv)"
        fi
    fi
}

install_project() {
    local wanted
    wanted=$(cat "$PROJECT"/{pyproject.toml,labextension/pyproject.toml,constraints.txt} | sha256sum)
    if [ "$(cat "$VENV/.installed" 2>/dev/null)" = "$wanted" ]; then
        return
    fi
    echo "Installing Python packages into .venv (a minute or two, once)"
    (cd "$PROJECT" && logged "installing Python packages" "$VENV/bin/python" -m pip install --progress-bar off --retries 2 \
        --disable-pip-version-check -c constraints.txt -e ./labextension -e '.[test]') || exit 1
    printf '%s\n' "$wanted" >"$VENV/.installed"
}

# run_module MODULE [ARGUMENT...]: becomes that module, in .venv; --help needs no .venv.
run_module() {
    local argument python
    for argument in "${@:2}"; do
        [ "$argument" != -- ] || break
        if [ "$argument" = --help ] || [ "$argument" = -h ]; then
            python=$(find_python) || exit 1
            PYTHONPATH=$PROJECT exec "$python" -P -m "$@"
        fi
    done
    run_installed "$@"
}

# The same with everything installed, whatever the arguments.
run_installed() {
    has_pip || make_venv
    install_project
    export PATH=$VENV/bin:$PATH PYTHONPATH=$PROJECT${PYTHONPATH:+:$PYTHONPATH}
    # -P: this project's modules, whatever lies in the folder we are called from.
    exec "$VENV/bin/python" -P -m "$@"
}
