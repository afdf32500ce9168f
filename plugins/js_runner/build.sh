#!/bin/sh
# Builds runner.wasm from the files beside it, and notes what it was built from.
#
# Needs Node.js 20 and npm. The result is not the same in every bit from build to build (the
# interpreter's frozen state has hash seeds in it), so the built file is committed with its SHA-256.
set -eu
cd "$(dirname "$0")"
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
npm install --silent --no-audit --no-fund --prefix "$tools" componentize-qjs@0.4.5
"$tools/node_modules/.bin/componentize-qjs" \
    --wit ../wit --world runner --js runner.js --module-root . --stub-wasi --sync --minify \
    --output runner.wasm
{
    echo "# What runner.wasm was built from, and itself. Written by build.sh; sha256sum -c reads it."
    sha256sum ../wit/bieumau-plugin.wit ../wit/script.wit answer.js build.sh call.js failure.js globals.js runner.js runner.wasm
} > runner.wasm.source
