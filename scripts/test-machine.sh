# shellcheck shell=bash
# What the tests need on this machine. Shared by the scripts: sourced, not run.

source "$(dirname "${BASH_SOURCE[0]}")/environments.sh"

ensure_test_packages() {
  # libgomp1: lightgbm's wheel needs it and does not bring it.
  local packages=(nginx postgresql openssl curl git iproute2 libgomp1 systemd)
  # a browser is large: only when a test drives one
  if grep -rqs --include='*.py' 'mark\.browser' "$project/tests"; then packages+=(chromium); fi
  ensure_packages "${packages[@]}"
}
