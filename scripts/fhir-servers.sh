#!/usr/bin/env bash
# Puts in the two FHIR servers that the tests of the fhir_r4 adapter talk to, in .models/fhir-servers:
# sekmet-fhir (Python, an environment of its own) and Medplum's router (Node). Pinned; does nothing
# when they are fresh.
set -euo pipefail
cd "$(dirname "$0")/.."

home=.models/fhir-servers
fail() { printf 'fhir servers: %s\n' "$*" >&2; exit 1; }

# Installs what is named unless it stands there as described by the file.
install() { # name, file that pins it, function
  local name=$1 pins=$2 stamp=$home/$1.pins
  if cmp -s "$pins" "$stamp"; then return; fi
  echo "fhir servers: installing $name"
  rm -rf "${home:?}/$name" "$stamp"
  mkdir -p "$home/$name"
  "$3" "$home/$name" "$pins" || fail "$name could not be installed (see above)"
  cp "$pins" "$stamp"
}

with_uv() {
  .venv/bin/uv venv -q --clear --python .venv/bin/python "$1" &&
    .venv/bin/uv pip install -q --python "$1/bin/python" -r "$2"
}

# The three packages name their own dependencies by exact versions, so this pins all of them.
with_npm() {
  cp "$2" "$1/package.json" &&
    npm install --prefix "$1" --no-package-lock --no-audit --no-fund --ignore-scripts \
      --loglevel=error
}

install sekmet tests/fhir/sekmet.lock with_uv
if command -v npm >/dev/null; then
  install medplum tests/fhir/medplum/package.json with_npm
elif [ "${CI:-}" = true ]; then
  fail 'no Node on this machine, and CI tests against both servers'
else
  echo 'fhir servers: no Node on this machine; the tests will skip the Medplum half'
fi
