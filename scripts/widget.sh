#!/usr/bin/env bash
# Type-checks, tests and builds the widget when Node is there; the built files are in the checkout.
set -euo pipefail
cd "$(dirname "$0")/../widget"

if ! command -v npm >/dev/null; then
  echo 'widget: no Node on this machine; using the built files in server/static'
  exit 0
fi
if [ ! -f node_modules/.package-lock.json ] ||
  [ package-lock.json -nt node_modules/.package-lock.json ]; then
  # Not `npm ci`: it refuses a lock without the builds of other platforms that a registry lacks.
  npm install --no-save --no-audit --no-fund --loglevel=error
fi
npm test
