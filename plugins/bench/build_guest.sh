#!/bin/sh
# Builds the guest with the first compiler that is there, as `bieumau plugin build` does.
set -eu
cd "$(dirname "$0")/guest"
target=wasm32-unknown-unknown
if rustup target list --installed 2>/dev/null | grep -q "$target"; then
    cargo build --release --target "$target"
else
    # Debian 12: apt install rustc-web rust-web-src lld-19
    RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=wasm-ld-19 \
        cargo build --release -Zbuild-std=std,panic_abort --target "$target"
fi
