# shellcheck shell=bash
# Python environments of the project. Shared by the scripts: sourced, not run.

source "$(dirname "${BASH_SOURCE[0]}")/machine.sh"

venv=$project/.venv
peers=$project/.venvs

# Modules are compiled when they are first imported, and then that has to be kept.
unset PYTHONDONTWRITEBYTECODE

# ensure_python: sets $python to an interpreter that can make environments.
ensure_python() {
  if ! find_python; then
    ensure_packages python3 python3-venv
    find_python || fail "needs Python 3.11 or newer"
  fi
  if [ "$python" = /usr/bin/python3 ]; then ensure_packages python3-venv; fi
}

find_python() {
  local name
  for name in /usr/bin/python3 python3 python3.14 python3.13 python3.12 python3.11; do
    python=$(command -v "$name") || continue
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && return
  done
  return 1
}

# ensure_venv server|serving|dev: the project, editable, and what it needs to run
# (server), to serve models as well (serving), or to be worked on (dev); each holds what
# is before it. Nothing is done when pyproject.toml is the one that was installed.
ensure_venv() {
  is_installed "$1" && return
  ensure_python
  # Two scripts at once take turns; the lock goes with the subshell.
  (
    flock 9
    is_installed "$1" || install_project "$1"
  ) 9<"$project" || fail "could not make the Python environment .venv"
}

is_installed() {
  local state stamps=(dev) stamp
  if [ "$1" != dev ]; then stamps+=(serving); fi
  if [ "$1" = server ]; then stamps+=(server); fi
  state=$(project_fingerprint) || return
  for stamp in "${stamps[@]}"; do
    if reads "$state" "$venv/.installed-$stamp"; then return; fi
  done
  return 1
}

reads() { [ "$(cat "$2" 2>/dev/null)" = "$1" ]; }

# An environment depends on its interpreter and on its place as well.
project_fingerprint() {
  local version
  version=$("$venv/bin/python" -V 2>/dev/null) || return
  { echo "$version $project"; cat "$project/pyproject.toml"; } | sha256sum
}

install_project() {
  local extras=server,postgres
  if [ "$1" != server ]; then extras+=,models; fi
  if [ "$1" = dev ]; then extras+=,dev; fi
  say "Installing the Python packages ($extras) into .venv"
  # for the account that runs the server, whatever the admin's own files are like
  umask 022
  make_environment "$venv" || return
  if [ "$1" = dev ]; then
    install_quickly "$venv" --editable "${project}[$extras]" || return
  else
    install_into "$venv" --editable "${project}[$extras]" || return
  fi
  project_fingerprint >"$venv/.installed-$1"
}

# ensure_peer 2|3: a stock client, in an environment of its own.
ensure_peer() {
  local home=$peers/mlflow-$1
  is_peer_ready "$1" && return
  ensure_python
  mkdir -p "$home"
  (
    flock 9
    is_peer_ready "$1" || install_peer "$1"
  ) 9<"$home" || fail "could not make the environment .venvs/mlflow-$1"
}

is_peer_ready() {
  "$peers/mlflow-$1/bin/python" -V >/dev/null 2>&1 &&
    reads "$(peer_fingerprint "$1")" "$peers/mlflow-$1/.installed"
}

peer_fingerprint() {
  { echo "$peers"; cat "$project/tests/environment/mlflow-$1.txt"; } | sha256sum
}

install_peer() {
  local home=$peers/mlflow-$1
  say "Installing the stock client mlflow $1 into .venvs/mlflow-$1"
  make_environment "$home" || return
  install_quickly "$home" -r "$project/tests/environment/mlflow-$1.txt" || return
  peer_fingerprint "$1" >"$home/.installed"
}

# An interpreter that no longer runs, after an upgrade of the system, is made anew.
make_environment() {
  "$1/bin/python" -m pip --version >/dev/null 2>&1 && return
  "$python" -m venv --clear "$1"
}

# install_into ENVIRONMENT ARGUMENTS...: what pip says matters only when it fails.
install_into() {
  local home=$1 log=$1/pip.log
  shift
  "$home/bin/python" -m pip install --disable-pip-version-check "$@" >"$log" 2>&1 && return
  tail -n 20 "$log" >&2
  return 1
}

# install_quickly ENVIRONMENT ARGUMENTS...: the same by uv, for environments to work and
# test in. It takes a tenth of pip's time: they share their files, and nothing is
# compiled before it is imported. Where uv does not work, pip does it.
install_quickly() {
  local home=$1
  install_into "$home" uv && uv_install "$@" >"$home/uv.log" 2>&1 && return
  say "uv could not install into $home (see uv.log there): trying pip"
  install_into "$@"
}

# uv reads none of pip's settings, so it is told where pip looks.
uv_install() (
  home=$1
  shift
  pip=$("$home/bin/python" -m pip config list) || return
  tell UV_DEFAULT_INDEX index-url "$pip"
  tell UV_INDEX extra-index-url "$pip"
  tell UV_FIND_LINKS find-links "$pip"
  tell SSL_CERT_FILE cert "$pip"
  # The best release of all places, as pip takes it.
  export UV_INDEX_STRATEGY=unsafe-best-match
  "$home/bin/uv" pip install --python "$home/bin/python" "$@"
)

# tell VARIABLE NAME SETTINGS: what pip's settings say of it, variables before files.
tell() {
  local said
  said=$(sed -n "s/^[^=]*\.$2='\(.*\)'\$/\1/p;T;q" <<<"$3")
  if [ -n "$said" ]; then export "$1=$said"; fi
}
