# shellcheck shell=bash
# Which stack a command is for: one of containers, or one on this machine. Shared by the
# scripts: sourced, not run.

source "$(dirname "${BASH_SOURCE[0]}")/data-folder.sh"

FOLDER_LABEL=com.docker.compose.project.working_dir

# choose_stack ARGUMENTS...: sets $stack to native or compose, $data where it is native,
# and $arguments to what is left of the arguments.
choose_stack() {
  local named=
  arguments=()
  while [ $# -gt 0 ]; do
    case $1 in
      --data-dir)
        [ $# -ge 2 ] || fail "--data-dir needs a value"
        named=$2
        shift ;;
      --data-dir=*) named=${1#*=} ;;
      *) arguments+=("$1") ;;
    esac
    shift
  done
  if [ -n "$named" ]; then data=$(realpath -m "$named"); fi
  if [ -n "$named" ] || is_running; then
    stack=native
  elif has_containers; then
    stack=compose
  elif [ -d "$data/auth" ]; then
    stack=native
  else
    fail "nothing is set up here; scripts/up or docker compose up --wait does it"
  fi
  if [ "$stack" = compose ]; then cd "$project" || fail "cannot enter $project"; fi
}

# Those of this clone: another one on this machine has the same name by itself.
has_containers() {
  local one folder
  command -v docker >/dev/null || return
  one=$(cd "$project" && docker compose ps --all --quiet setup 2>/dev/null) || return
  [ -n "$one" ] || return
  folder=$(docker inspect --format "{{index .Config.Labels \"$FOLDER_LABEL\"}}" "$one")
  # or of one that was moved here
  [ "$(realpath -m "$folder")" = "$project" ] || [ ! -e "$folder" ]
}

# What a command is about, for people.
name_stack() {
  if [ "$stack" = native ]; then echo "$data"; else echo "the containers of $project"; fi
}
