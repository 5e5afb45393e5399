#!/usr/bin/env bash
# Writes constraints.txt anew: every version, for Linux and macOS, no path, no host, no CUDA.
set -euo pipefail
cd "$(dirname "$0")/.."

uv=.venv/bin/uv
[ -x "$uv" ] || uv=uv
"$uv" pip compile --quiet --universal --python-version 3.11 --upgrade --no-header --no-annotate \
  --no-emit-find-links --no-emit-index-url --group dev pyproject.toml |
  grep -v -E '^(cuda-|nvidia-|torch==|triton==)' >.constraints.new
{
  echo '# Written by scripts/lock.sh: the versions the tests ran with.'
  echo '# torch stands without a build: make setup installs its CPU build first.'
  { cat .constraints.new; echo 'torch==2.13.0'; } | LC_ALL=C sort -f
} >constraints.txt
rm .constraints.new
