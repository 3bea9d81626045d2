# shellcheck shell=bash
# What this machine has and lacks. Shared by the scripts: sourced, not run.

# The scripts that source this file use it.
# shellcheck disable=SC2034
project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

# Debian keeps nginx and useradd where an ordinary user's PATH does not look.
PATH=$PATH:/usr/sbin:/sbin

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "$(basename "$0"): $*"
  exit 1
}

am_root() { [ "$(id -u)" = 0 ]; }

# The comment at the top of a script is its help.
print_help() { sed -n '2,/^[^#]/{s/^# \{0,1\}//p}' "$0"; }

# Look at what a package brings, not at dpkg: another build of Nginx is fine too.
has_package() {
  case $1 in
    postgresql) compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null ;;
    iproute2) command -v ip >/dev/null ;;
    systemd) command -v systemd-analyze >/dev/null ;;
    python3-venv) /usr/bin/python3 -c 'import ensurepip' 2>/dev/null ;;
    *) command -v "$1" >/dev/null ;;
  esac
}

# ensure_packages NAME...: Debian packages, as root or through sudo.
ensure_packages() {
  local name missing=()
  for name in "$@"; do has_package "$name" || missing+=("$name"); done
  [ ${#missing[@]} -gt 0 ] || return 0

  local install=("$project/scripts/install-packages" "${missing[@]}")
  am_root || install=(sudo "${install[@]}")
  if ! command -v apt-get >/dev/null || ! may_become_root; then
    fail "please install, as root: apt-get install ${missing[*]}"
  fi
  say "Installing ${missing[*]}"
  "${install[@]}" || fail "could not install ${missing[*]}"
}

may_become_root() {
  am_root && return
  command -v sudo >/dev/null || return
  # sudo may ask for a password only where somebody can type it
  sudo -n true 2>/dev/null || [ -t 0 ]
}
