#!/usr/bin/env bash
# Puts in what the tests need beside Python: Chromium for the browser tests, strace for no-egress,
# FHIR servers for the fhir_r4 adapter.
set -euo pipefail

"$(dirname "$0")/fhir-servers.sh"

packages=()
if ! command -v chromium >/dev/null && ! command -v google-chrome >/dev/null &&
  [ ! -d '/Applications/Google Chrome.app' ] && [ ! -d '/Applications/Chromium.app' ]; then
  packages+=(chromium)
fi
if [ "$(uname -s)" = Linux ] && ! command -v strace >/dev/null; then packages+=(strace); fi
[ ${#packages[@]} -gt 0 ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "test tools: installing ${packages[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" \
    >/dev/null
else
  echo "test tools: the tests need ${packages[*]} as well;" \
    "on Debian: sudo apt install ${packages[*]}" >&2
fi
