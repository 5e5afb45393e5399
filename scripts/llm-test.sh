#!/usr/bin/env bash
# Runs the tests marked `llm` against a real local model: the one that scripts/llm-setup.sh built,
# started for the run and stopped after it.
#   LLM_HOME     where it is (default ~/.cache/portico-llm)
#   LLM_PORT     where it listens (default 8091); what listens there already is used and left
#   LLM_THREADS  default 1: two threads on two busy cores wait for each other
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
home=${LLM_HOME:-$HOME/.cache/portico-llm}
url=http://127.0.0.1:${LLM_PORT:-8091}
server=$home/build/bin/llama-server
model=$home/models/qwen2.5-coder-1.5b-instruct-q4_k_m.gguf
healthy() { curl -fsS -m 2 "$url/health" >/dev/null 2>&1; }

if ! healthy; then
  if [ ! -x "$server" ] || [ ! -f "$model" ]; then
    echo "llm-test: no model in $home: scripts/llm-setup.sh builds one (docs/MODEL.md)" >&2
    exit 2
  fi
  mkdir -p "$home/logs"
  OMP_WAIT_POLICY=passive "$server" -m "$model" --alias qwen2.5-coder-1.5b-instruct \
    --host 127.0.0.1 --port "${LLM_PORT:-8091}" -c 8192 -np 1 -t "${LLM_THREADS:-1}" \
    -tb "${LLM_THREADS:-1}" --jinja --no-ui --offline >"$home/logs/llama-server.log" 2>&1 </dev/null &
  pid=$!
  trap 'kill "$pid" 2>/dev/null; wait "$pid" 2>/dev/null || true' EXIT
  for _ in $(seq 240); do
    healthy && break
    kill -0 "$pid" 2>/dev/null || { tail -20 "$home/logs/llama-server.log" >&2; exit 1; }
    sleep 0.5
  done
fi

export PORTICO_LLM_BASE_URL=$url/v1 PORTICO_LLM_MODEL=qwen2.5-coder-1.5b-instruct
export PORTICO_LLM_READ_SECONDS=60 PORTICO_LLM_WRITE_SECONDS=120
.venv/bin/python -m pytest -m llm tests/llm -s -q
