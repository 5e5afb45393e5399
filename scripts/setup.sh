#!/usr/bin/env bash
# Makes .venv in the checkout and the model artefacts in .models; does nothing when both are fresh.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }

torch=2.13.0
py=.venv/bin/python
export PIP_DISABLE_PIP_VERSION_CHECK=1

find_python() {
  local candidate
  for candidate in "${PYTHON:-}" python3.11 python3.12 python3.13 python3; do
    [ -n "$candidate" ] || continue
    if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' \
      2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
  fail 'needs Python 3.11, 3.12 or 3.13 (set PYTHON=/path/to/python3 if it has another name)'
}

make_venv() {
  local python=$1
  if ! "$python" -c 'import ensurepip' 2>/dev/null; then
    # Debian keeps ensurepip in a package of its own.
    local package
    package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
      apt-get update -qq && apt-get install -y -qq "$package" >/dev/null
    else
      fail "this Python cannot make a virtual environment: install it with 'sudo apt install $package'"
    fi
  fi
  "$python" -m venv --clear .venv
}

# The CPU build: from a place pip is configured to look at, else from PyTorch's own CPU index. The
# default index carries gigabytes of CUDA on Linux, so it is never asked for torch there.
install_torch() {
  "$py" -m pip --version >/dev/null 2>&1 || "$py" -m ensurepip --upgrade >/dev/null
  if "$py" -c "import importlib.metadata as m, sys; \
      sys.exit(m.version('torch').partition('+')[0] != '$torch')" 2>/dev/null; then
    return
  fi
  if [ "$(uname -s)" != Linux ]; then
    "$py" -m pip install -q -c constraints.txt "torch==$torch"
  elif ! "$py" -m pip install -q -c constraints.txt "torch==$torch+cpu" 2>/dev/null; then
    "$py" -m pip install -q -c constraints.txt "torch==$torch+cpu" \
      --extra-index-url https://download.pytorch.org/whl/cpu ||
      fail "no CPU build of torch $torch was found; give one with PIP_FIND_LINKS=/folder/with/the/wheel"
  fi
}

install_packages() {
  if "$py" -m pip install -q -c constraints.txt uv 2>/dev/null &&
    .venv/bin/uv pip install -q --python "$py" -c constraints.txt -r pyproject.toml --group dev; then
    return
  fi
  say 'uv could not do it; trying pip'
  "$py" -m pip install -q --upgrade 'pip>=26'
  "$py" -m pip install -q -c constraints.txt --group dev
  "$py" - <<'PY' | "$py" -m pip install -q -c constraints.txt -r /dev/stdin
import tomllib
with open("pyproject.toml", "rb") as file:
    print(*tomllib.load(file)["project"]["dependencies"], sep="\n")
PY
}

# One line for the state of what is given: a name that changes whenever one of the files does.
state_of() {
  "$py" - "$@" <<'PY'
import hashlib, pathlib, sys
digest = hashlib.sha256(sys.version.encode() + str(pathlib.Path.cwd()).encode())
for root in map(pathlib.Path, sys.argv[1:]):
    for path in [root] if root.is_file() else sorted(root.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(str(path).encode() + b"\0" + path.read_bytes())
print(digest.hexdigest())
PY
}

is_fresh() { # stamp file, state
  [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]
}

environment() {
  local inputs=(pyproject.toml constraints.txt scripts/setup.sh) stamp=.venv/.portico-setup
  if [ -x "$py" ] && is_fresh "$stamp" "$(state_of "${inputs[@]}")"; then return; fi
  if ! "$py" -c '' 2>/dev/null; then
    local python
    python=$(find_python)
    make_venv "$python"
  fi
  say 'installing torch (CPU build)'
  install_torch
  say 'installing the packages of constraints.txt'
  install_packages
  "$py" -m pip install -q --no-deps --no-build-isolation -e .
  "$py" -c 'import torch; assert torch.version.cuda is None, "a CUDA build of torch came in"'
  state_of "${inputs[@]}" >"$stamp"
}

# The exporters warn at length about nothing; their words matter only when they fail.
build() { # what it makes, module with arguments, inputs
  local name=$1 command=$2 log=$models/$1.log stamp=$models/.$1 state
  state=$(state_of constraints.txt knowledge/encoder "${@:3}")
  if is_fresh "$stamp" "$state"; then return; fi
  say "making $models/$name"
  # shellcheck disable=SC2086 # the command is words
  "$py" -m $command >"$log" 2>&1 || { cat "$log" >&2; fail "python -m $command failed"; }
  rm "$log"
  echo "$state" >"$stamp"
}

artefacts() {
  local models=${PORTICO_MODELS_DIR:-.models} state
  mkdir -p "$models"
  build encoder 'knowledge.encoder export'
  state=$(state_of "$models"/.encoder agent/reader)
  if is_fresh "$models/.loads" "$state"; then return; fi
  "$py" -c 'from agent.bootstrap import load_models; load_models()' ||
    fail 'the model artefacts do not load'
  echo "$state" >"$models/.loads"
}

environment
artefacts
