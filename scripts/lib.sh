# Shared by the scripts beside it: messages, free ports, throwaway Postgres and Redis.
# shellcheck shell=bash

say() { printf '\n== %s\n' "$*"; }
loud() { printf '\n!! %s\n' "$*" >&2; }
die() { loud "$*"; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# Where builds and the clients' packages are kept: in CI outside the clone, so that they outlive it.
target_dir() {
  if [ -n "${CARGO_TARGET_DIR:-}" ]; then printf '%s\n' "$CARGO_TARGET_DIR"
  elif [ "${CI:-}" = true ]; then printf '%s\n' "${XDG_CACHE_HOME:-$HOME/.cache}/authy-target"
  else printf '%s\n' "$PWD/target"; fi
}

# Runs a command as root, if this user can become root without being asked anything.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif have sudo && sudo -n true 2>/dev/null; then sudo -n "$@"
  else return 1; fi
}

apt_updated=
# Installs Debian packages; refuses quietly where that cannot be done, so that the caller says what is missing.
apt_install() {
  have apt-get || return 1
  as_root true 2>/dev/null || return 1
  if [ -z "$apt_updated" ]; then as_root apt-get update -q >/dev/null || return 1; apt_updated=yes; fi
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >/dev/null
}

# What compiling needs: the Rust toolchain, and what OpenSSL and SQLite are built with.
need_compilers() {
  local tool
  have cargo || die "MISSING: the Rust toolchain (cargo). See https://rustup.rs."
  for tool in cc make perl; do
    have $tool || apt_install gcc libc6-dev make perl || die "MISSING: $tool, needed to compile OpenSSL and SQLite."
  done
}

find_chromium() { command -v chromium || command -v chromium-browser || command -v google-chrome || true; }

port_is_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# A port that nobody listens on, below the range that the system gives to outgoing connections.
free_port() {
  local port
  for _ in $(seq 50); do
    port=$((20000 + RANDOM % 12000))
    port_is_taken "$port" || { printf '%s\n' "$port"; return; }
  done
  die "found no free port between 20000 and 32000"
}

# wait_for SECONDS COMMAND…: tries until the command succeeds.
wait_for() {
  local tries=$(($1 * 10)); shift
  for _ in $(seq "$tries"); do "$@" >/dev/null 2>&1 && return 0; sleep 0.1; done
  return 1
}

# The folder with initdb and postgres of the newest installed Postgres from 15 on.
postgres_bin() {
  local dir version best=
  for dir in $(printf '%s\n' /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql@*/bin | sort -V) "$(dirname "$(command -v initdb 2>/dev/null || echo /none)")"; do
    [ -x "$dir/initdb" ] && [ -x "$dir/postgres" ] || continue
    version=$("$dir/postgres" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
    [ "$version" -ge 15 ] && best=$dir
  done
  [ -n "$best" ] && printf '%s\n' "$best"
}

redis_is_new_enough() {
  local version
  version=$(redis-server --version 2>/dev/null | sed 's/.*v=\([0-9]*\).*/\1/')
  [ "${version:-0}" -ge 7 ]
}

# Postgres refuses to run as root, so root hands it to another user.
as_postgres_user() {
  if [ "$(id -u)" != 0 ]; then "$@"
  elif have runuser; then runuser -u "$postgres_user" -- "$@"
  else su -s /bin/sh "$postgres_user" -c 'exec "$0" "$@"' -- "$@"; fi
}

# Starts a private Postgres below folder $1 and sets postgres_url; nothing survives stop_services.
start_postgres() {
  local bin port data="$1/postgres"
  bin=$(postgres_bin) || return 1
  postgres_user=postgres
  id -u postgres >/dev/null 2>&1 || postgres_user=nobody
  mkdir -p "$data"
  [ "$(id -u)" != 0 ] || chown "$postgres_user" "$data"
  (cd / && as_postgres_user "$bin/initdb" -D "$data/data" -U authy -A trust -E UTF8 --locale=C --no-sync) >"$1/initdb.log" 2>&1 \
    || { cat "$1/initdb.log" >&2; return 1; }
  for _ in 1 2 3 4 5; do
    port=$(free_port)
    (cd / && as_postgres_user "$bin/pg_ctl" -D "$data/data" -l "$data/log" -w -t 30 start \
      -o "-p $port -h 127.0.0.1 -k '' -c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_connections=300") >"$1/pg_ctl.log" 2>&1 || continue
    postgres_running="$bin:$data/data"
    postgres_url="postgres://authy@127.0.0.1:$port/postgres"
    return 0
  done
  cat "$1/pg_ctl.log" "$data/log" >&2
  return 1
}

# Starts a private Redis that keeps nothing and sets redis_url.
start_redis() {
  local port
  have redis-server && redis_is_new_enough || return 1
  for _ in 1 2 3 4 5; do
    port=$(free_port)
    redis-server --port "$port" --bind 127.0.0.1 --save '' --appendonly no --dir "$1" >"$1/redis.log" 2>&1 &
    redis_pid=$!
    if wait_for 10 port_is_taken "$port" && kill -0 "$redis_pid" 2>/dev/null; then
      redis_url="redis://127.0.0.1:$port"
      return 0
    fi
    kill "$redis_pid" 2>/dev/null || true
  done
  cat "$1/redis.log" >&2
  return 1
}

postgres_running=; redis_pid=
stop_services() {
  if [ -n "$redis_pid" ]; then kill "$redis_pid" 2>/dev/null || true; wait "$redis_pid" 2>/dev/null || true; redis_pid=; fi
  if [ -n "$postgres_running" ]; then
    (cd / && as_postgres_user "${postgres_running%%:*}/pg_ctl" -D "${postgres_running#*:}" -m immediate -w stop) >/dev/null 2>&1 || true
    postgres_running=
  fi
}
