# shellcheck shell=bash
# What the tests need on this machine. Shared by the scripts: sourced, not run.

source "$(dirname "${BASH_SOURCE[0]}")/environments.sh"

ensure_test_packages() {
  # libgomp1: lightgbm's wheel needs it and does not bring it. The browser is the one
  # without windows, which needs a third of chromium's time for a page.
  local packages=(nginx postgresql openssl curl git iproute2 libgomp1 systemd)
  packages+=(chromium-headless-shell)
  ensure_packages "${packages[@]}"
}
