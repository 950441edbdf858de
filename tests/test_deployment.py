"""The files of `deploy/` and the pages about them match the program and each other."""

import configparser
import json
import re
import shlex
import subprocess
import tomllib
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from bot.__main__ import build_command_tree
from bot.runner import WORKER_SHUTDOWN_SECONDS, Role

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"][
    "version"
]
ROLES = get_args(Role)
DOCKERFILE = (DEPLOY / "Dockerfile").read_text("utf-8")
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


def services() -> dict[str, dict[str, Any]]:
    """The services of the compose file."""
    loaded = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    found: dict[str, dict[str, Any]] = loaded["services"]
    return found


OURS = sorted(name for name in services() if name != "postgres")


def seconds(text: str) -> int:
    return int(text.removesuffix("s"))


def unit(path: Path) -> configparser.SectionProxy:
    """The section of a unit that says how it is run."""
    parsed = configparser.ConfigParser(strict=False, interpolation=None)
    parsed.optionxform = str  # type: ignore[assignment,method-assign]
    parsed.read_string(path.read_text("utf-8"))
    return parsed["Service"]


# ── the image ──────────────────────────────────────────────────────────────────


def test_the_image_runs_as_a_user_without_a_name_in_the_host():
    *_, user = re.findall(r"^USER (.*)$", DOCKERFILE, re.M)
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", user)


def test_everything_that_the_image_copies_exists_and_is_sent_to_its_build():
    copied = re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.M)
    sent = (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
    for name in " ".join(copied).split():
        assert (ROOT / name).exists(), name
        assert f"!{name}" in sent, name


def test_nothing_else_is_sent_to_the_build_of_the_image():
    rules = (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
    sent = {rule[1:] for rule in rules if rule.startswith("!")}
    copied = re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.M)
    assert rules[1] == "*"
    assert sent == set(" ".join(copied).split())


def test_the_image_has_the_extras_of_several_processes():
    assert "[postgres,scale]" in DOCKERFILE
    for extra in ("postgres", "scale"):
        extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
        assert extra in extras["project"]["optional-dependencies"]


# ── the compose file ───────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", sorted(services()))
def test_a_service_may_do_nothing_but_its_work(name: str):
    service = services()[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    limits = service["deploy"]["resources"]["limits"]
    assert {"cpus", "memory"} <= set(limits)
    assert service["profiles"] in (["solo"], ["scale"])


@pytest.mark.parametrize("name", OURS)
def test_our_services_run_this_version(name: str):
    assert services()[name]["image"] == f"standfirst:{VERSION}"


@pytest.mark.parametrize("name", OURS)
def test_our_services_stop_after_what_they_are_sending(name: str):
    assert seconds(services()[name]["stop_grace_period"]) > WORKER_SHUTDOWN_SECONDS


def test_the_profile_scale_has_every_role_beside_all():
    scale = {
        name: service
        for name, service in services().items()
        if service["profiles"] == ["scale"] and name in OURS
    }
    commands = {name: service["command"] for name, service in scale.items()}
    assert commands.pop("migrate") == ["migrate"]
    assert commands == {
        role: ["run", "--role", role] for role in ROLES if role != "all"
    }
    assert scale["worker"]["deploy"]["replicas"] == 2


def test_roles_start_after_the_database_was_upgraded():
    for name in OURS:
        service = services()[name]
        if name == "migrate":
            assert service["depends_on"]["postgres"]["condition"] == "service_healthy"
        elif service["profiles"] == ["scale"]:
            condition = service["depends_on"]["migrate"]["condition"]
            assert condition == "service_completed_successfully"


@pytest.mark.parametrize("name", sorted(services()))
def test_ports_are_published_on_this_machine_alone(name: str):
    for port in services()[name].get("ports", []):
        assert port.startswith("127.0.0.1:")


def test_no_password_is_in_the_compose_file():
    for service in services().values():
        names = set(service.get("environment", {}))
        assert not [name for name in names if re.search("PASSWORD|TOKEN|KEY", name)]


# ── the units ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_is_hardened_and_stops_after_what_it_is_sending(path: Path):
    service = unit(path)
    for name in ("NoNewPrivileges", "PrivateTmp", "MemoryDenyWriteExecute"):
        assert service[name] == "yes", name
    assert service["ProtectSystem"] == "strict"
    assert service["CapabilityBoundingSet"] == ""
    assert service["User"] == service["StateDirectory"] == "standfirst"
    assert seconds(service["TimeoutStopSec"]) > WORKER_SHUTDOWN_SECONDS


def test_both_units_are_the_same_but_for_what_they_start():
    one, other = (dict(unit(path)) for path in UNITS)
    del one["ExecStart"], other["ExecStart"]
    assert one == other


@pytest.mark.parametrize(
    ("instance", "role"), [("gateway", "gateway"), ("worker-2", "worker")]
)
def test_the_instance_of_a_unit_names_its_role(instance: str, role: str):
    line = unit(DEPLOY / "systemd" / "standfirst@.service")["ExecStart"]
    # What systemd makes of it: «%%» is «%», «$$» is «$», and %i the instance.
    line = line.replace("%i", instance).replace("%%", "%").replace("$$", "$")
    line = line.replace("/opt/standfirst/bin/standfirst", "echo")
    done = subprocess.run(shlex.split(line), capture_output=True, text=True, check=True)
    assert done.stdout == f"run --role {role}\n"
    assert role in ROLES


def test_the_target_starts_every_role_beside_all():
    text = (DEPLOY / "systemd" / "standfirst.target").read_text("utf-8")
    named = set(re.findall(r"standfirst@([a-z]+)(?:-\d)?\.service", text))
    assert named == set(ROLES) - {"all"}


# ── the pages ──────────────────────────────────────────────────────────────────


def test_every_command_that_the_pages_name_exists():
    tree = build_command_tree()
    for page in ("docs/deployment.md", "docs/privacy.md", "SECURITY.md"):
        text = (ROOT / page).read_text("utf-8")
        code = "\n".join(re.findall(r"```.*?```|`[^`]*`", text, re.S))
        for words in re.findall(r"\bstandfirst(?::[\d.]+)? ([a-z-]+)", code):
            if words not in {"standfirst", "run"} and not words.startswith("-"):
                assert words in set(tree), (page, words)


def test_every_path_of_the_repository_that_the_pages_name_exists():
    for page in ("docs/deployment.md", "docs/privacy.md", "SECURITY.md"):
        text = (ROOT / page).read_text("utf-8")
        for path in re.findall(r"\bdeploy/[\w./@-]*\w", text):
            if not path.endswith(".env"):
                assert (ROOT / path).exists(), (page, path)


def test_the_wheel_and_the_image_are_named_with_this_version():
    text = (ROOT / "docs" / "deployment.md").read_text("utf-8")
    assert set(re.findall(r"standfirst[:-](\d[\d.]*\d)", text)) == {VERSION}


# ── monitoring ─────────────────────────────────────────────────────────────────

#: The documentation lists every metric with its labels (tests/bot/web/test_health.py).
METRICS = {
    name: set(labels.strip("{}").split(",")) - {""}
    for name, labels in re.findall(
        r"^\| `(standfirst_\w+)(\{[\w,]+\})?` \|",
        (ROOT / "docs" / "metrics.md").read_text("utf-8"),
        re.M,
    )
}
#: Of prometheus-client, and of Prometheus about what it scrapes.
OTHERS = {
    "up",
    "process_cpu_seconds_total",
    "process_resident_memory_bytes",
    "process_start_time_seconds",
}
GIVEN_LABELS = {"job", "instance", "le"}


def alert_queries() -> list[str]:
    loaded = yaml.safe_load((DEPLOY / "monitoring" / "alerts.yaml").read_text("utf-8"))
    return [rule["expr"] for group in loaded["groups"] for rule in group["rules"]]


def dashboard_queries() -> list[str]:
    loaded = json.loads((DEPLOY / "monitoring" / "dashboard.json").read_text("utf-8"))
    return [
        target["expr"]
        for panel in loaded["panels"]
        for target in panel.get("targets", [])
    ]


def names_of(query: str) -> set[str]:
    """The metrics that a query names, without the endings of histograms."""
    bare = re.sub(r'"[^"]*"', "", query)
    names = re.findall(r"\b(?:standfirst|process)_\w+|\bup\b", bare)
    return {re.sub(r"_(?:bucket|sum|count)$", "", name) for name in names}


def labels_of(query: str) -> set[str]:
    matched = re.findall(r'(\w+)\s*[=!]~?"', query)
    grouped = re.findall(r"by \(([\w, ]+)\)", query)
    return {*matched, *(label for one in grouped for label in one.split(", "))}


@pytest.mark.parametrize("query", [*alert_queries(), *dashboard_queries()])
def test_a_query_names_metrics_and_labels_that_the_program_has(query: str):
    names = names_of(query)
    assert names
    assert names <= set(METRICS) | OTHERS
    known = set().union(*(METRICS.get(name, set()) for name in names))
    assert labels_of(query) <= known | GIVEN_LABELS


def test_the_dashboard_shows_every_metric():
    shown = set().union(*map(names_of, dashboard_queries()))
    assert set(METRICS) <= shown


def test_no_metric_has_a_label_that_prometheus_gives_itself():
    for name, labels in METRICS.items():
        assert not labels & {"job", "instance"}, name
