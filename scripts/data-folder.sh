# shellcheck shell=bash
# The data folder and the account it belongs to. Shared by the scripts: sourced, not run.

source "$(dirname "${BASH_SOURCE[0]}")/environments.sh"

account=trackgate
# scripts may change it with --data-dir
data=$(realpath -m "${TRACKGATE_DATA_DIR:-$project/data}")

# options that go on to `trackgate`
passed=()
# the packages to install, see ensure_venv
needs=server

# take_site_option NAME VALUE: an option that means the same to all who set a site up.
take_site_option() {
  case $1 in
    --data-dir) data=$(realpath -m "$2") ;;
    --tls-cert | --tls-key) passed+=("$1" "$(realpath -m "$2")") ;;
    # It may hold a password, and arguments can be read by everybody here.
    --backend-store-uri) export TRACKGATE_BACKEND_STORE_URI=$2 ;;
  esac
}

# Who serves models needs their packages after an upgrade too.
# shellcheck disable=SC2034 # the scripts that source this file use $needs
choose_packages() {
  if [ -n "${TRACKGATE_SERVE-}" ] || [ -e "$venv/.installed-serving" ]; then needs=serving; fi
}

# check_options COMMAND: refuse unknown options while nothing is made yet; with --help
# `trackgate` reads them all and changes nothing.
check_options() {
  "$venv/bin/trackgate" "$1" "${passed[@]}" --help >/dev/null || exit
}

require_data_access() {
  if [ -d "$data" ] && ! { [ -r "$data" ] && [ -x "$data" ]; }; then
    fail "$data belongs to $(owner); run this as that account"
  fi
}

# rights_of USER: sets $rights, the words before a command that, for root, make it run
# with the rights of that user only.
rights_of() {
  rights=()
  [ "$1" != "$(id -un)" ] || return 0
  rights=(env "HOME=$data" setpriv --reuid "$1" --regid "$(id -g "$1")" --init-groups)
  # Nginx may need a port below 1024, and nothing else that only root can do.
  if holds_capability net_bind_service; then
    rights+=(--inh-caps +net_bind_service --ambient-caps +net_bind_service)
  fi
  rights+=(--)
}

holds_capability() { setpriv --dump | grep -q "^Capability bounding set:.*\b$1\b"; }

owner() { stat -c %U "$data"; }

as_owner() { as_account "$(owner)" "$@"; }

as_account() {
  local rights
  rights_of "$1"
  "${rights[@]}" "${@:2}"
}

is_empty_or_absent() { [ -z "$(ls -A "$data" 2>/dev/null)" ]; }

# ensure_data_folder: a new one belongs to an account that owns nothing else.
ensure_data_folder() {
  if is_empty_or_absent; then
    local user
    user=$(id -un)
    if am_root; then
      ensure_account
      user=$(choose_account)
    fi
    install -d -m 0700 "$data"
    if am_root; then chown "$user:" "$data"; fi
  fi
  may_run "$(owner)" || fail "$data belongs to $(owner), who cannot run $venv"
}

ensure_account() {
  id -u "$account" >/dev/null 2>&1 && return
  useradd --system --user-group --no-create-home --home-dir /nonexistent \
    --shell /usr/sbin/nologin "$account"
}

choose_account() {
  if ! may_run "$account"; then
    say "Warning: the account $account cannot read $project, so all runs as root." \
      "A clone elsewhere, such as in /opt, would be safer."
    echo root
  elif ! may_reach "$account"; then
    say "Warning: the account $account cannot reach $data, so all runs as root." \
      "A data folder elsewhere, such as /srv/trackgate, would be safer."
    echo root
  else
    echo "$account"
  fi
}

# Really try: modes alone do not tell who can read a whole environment. Without what was
# noted at the installation, commands such as `users` are not found.
may_run() {
  as_account "$1" "$venv/bin/python" -Ic \
    'import importlib.metadata, sys, trackgate, trackgate_proxy, trackgate_server
sys.exit(not importlib.metadata.distribution("trackgate").entry_points)' 2>/dev/null
}

may_reach() {
  local folder=$data
  until [ -d "$folder" ]; do folder=$(dirname "$folder"); done
  # the data folder itself becomes theirs
  if [ "$folder" = "$data" ]; then folder=$(dirname "$folder"); fi
  as_account "$1" test -x "$folder"
}

# `trackgate up` holds this lock as long as it runs.
is_running() {
  [ -e "$data/run/up.lock" ] && ! flock --nonblock "$data/run/up.lock" true
}
