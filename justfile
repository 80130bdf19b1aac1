# `just` lists the recipes; `just check` is what a change must pass.

default:
    @just --list

# Start the provider on SQLite, with nothing else.
run *arguments:
    cargo run -- serve {{arguments}}

# Format, lints, documentation, dependencies; no test.
check:
    ./scripts/lint

# Every test. CI runs it after `check`.
test:
    ./scripts/test

# The quick tests: Rust only, on SQLite and in-process storage.
quick *arguments:
    cargo test --locked {{arguments}}

# Logins through libraries in other languages, and every page in a browser: node python go oauth2-proxy java pages.
relying-parties *suites:
    ./scripts/relying-parties {{suites}}

# Build the container image, measure it, run it.
image:
    ./scripts/image

# Server CPU per operation, beside a bare handler in the same run.
bench *arguments:
    cargo run --release -- bench {{arguments}}
