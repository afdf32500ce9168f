#!/bin/sh
# Builds plugin.wasm of this folder: `pip install componentize-py==0.25.1` first.
#
# `-s` leaves everything out that would import something. The result has the whole of CPython in it,
# 18 MB, so it is not committed; the tests build it where componentize-py is there.
set -eu
cd "$(dirname "$0")"
componentize-py -d "${1:-../../../../plugins/wit}" -w plugin componentize -s rules -o "${2:-plugin.wasm}"
