# shellcheck shell=bash
# What scripts/backup and scripts/restore have in common: sourced, not run.

source "$(dirname "${BASH_SOURCE[0]}")/stacks.sh"

# choose_stack enters the project.
called_from=$PWD

# take_file ARGUMENTS...: sets $file to the only one.
take_file() {
  case $#${1-} in
    1-* | [!1]*) fail "name one FILE; see scripts/$(basename "$0") --help" ;;
  esac
  # shellcheck disable=SC2034 # for the scripts that source this
  file=$(cd "$called_from" && realpath -m -- "$1")
}

require_set_up() {
  if [ "$stack" = native ] && [ ! -d "$data/auth" ]; then
    fail "$data is not set up; scripts/setup --data-dir $data does it"
  fi
}

# run_inside PROGRAM: bash, with the rights of the stack and these variables: CONFIG, where
# people and certificates are; STORE, where artifacts are; DATABASE, where it is.
run_inside() {
  if [ "$stack" = native ]; then
    as_owner env "CONFIG=$data" "STORE=$data" "DATABASE=$data" bash -euo pipefail -c "$1"
  else
    in_container --no-deps --env CONFIG=/config --env STORE=/store --env DATABASE=/database \
      --entrypoint bash setup -euo pipefail -c "$1"
  fi
}

# run_db WORDS...: `trackgate db`, also where the database is not running yet.
run_db() {
  if [ "$stack" = native ]; then
    ensure_venv server
    as_owner "$venv/bin/trackgate" db "$@" --data-dir "$data"
  else
    in_container setup db "$@" </dev/null
  fi
}

in_container() { docker compose --progress quiet run --rm --no-TTY "$@"; }

# Where the database's copy lies in between: beside it.
copy() {
  if [ "$stack" = native ]; then echo "$data/database.backup"; else echo /database/database.backup; fi
}

# shellcheck disable=SC2016 # run_inside expands it
drop_copy() { run_inside 'rm -f "$DATABASE/database.backup"' </dev/null; }
