"""Build the packages into `dist/` and try the wheel: python -m tests.package_check.

The wheel is installed into a new environment outside the checkout, and its commands run
in an empty folder with an empty environment: what works there works for those who
install a release. Takes about two minutes and needs a package index.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.bot.process import READY, Running, eventually, page

ROOT = Path(__file__).parents[1]
DIST = ROOT / "dist"
CONSTRAINTS = ROOT / ".ci" / "constraints.txt"
MEGABYTE = 1_000_000


def main() -> None:
    wheel = build_packages()
    print(f"{wheel.name}: {wheel.stat().st_size / MEGABYTE:.1f} MB")
    with tempfile.TemporaryDirectory(prefix="standfirst-package-") as name:
        folder = Path(name)
        environment = install_wheel(wheel, folder / "environment")
        print(f"installed: {measure_folder(environment) / MEGABYTE:.0f} MB")
        try_commands(environment / "bin", folder)
        try_demo(environment / "bin", folder)
    print(f"Everything works. The packages are in {DIST}.")


def build_packages() -> Path:
    """Build the sdist, and the wheel from it; return the wheel."""
    shutil.rmtree(DIST, ignore_errors=True)
    run([sys.executable, "-m", "build", "--outdir", str(DIST), str(ROOT)], ROOT)
    (wheel,) = DIST.glob("*.whl")
    return wheel


def install_wheel(wheel: Path, environment: Path) -> Path:
    """Install the wheel and its dependencies into a new environment without pip."""
    run([sys.executable, "-m", "venv", "--without-pip", str(environment)], ROOT)
    target = ["--python", str(environment / "bin" / "python")]
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    run([*pip, *target, "install", "-q", "-c", str(CONSTRAINTS), str(wheel)], ROOT)
    return environment


def try_commands(programs: Path, folder: Path) -> None:
    """Run the commands that need no platform, each to its end."""
    for command in (
        ["standfirst", "version"],
        ["standfirst", "migrate"],
        ["standfirst", "doctor", "--json"],
        ["standfirst", "when", "weekdays at 8:30 Europe/Berlin"],
        ["python", "-m", "digests", "compose", str(find_seeds(programs))],
    ):
        begun = time.perf_counter()
        run([str(programs / command[0]), *command[1:]], make_home(folder))
        print(f"{' '.join(command[:3])}: {time.perf_counter() - begun:.1f} s")


def try_demo(programs: Path, folder: Path) -> None:
    """Run the demo until its page shows an edition."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        [str(programs / "standfirst"), "demo"],
        env=empty_environment(folder),
        cwd=make_home(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    demo = Running(process, process.stdout)
    try:
        address = demo.until(READY)
        eventually(lambda: 'class="edition"' in page(address))
        print(f"standfirst demo: an edition after {time.perf_counter() - begun:.1f} s")
    finally:
        code = demo.stop()
    if code:
        sys.exit(f"The demo ended with exit code {code}.")


def find_seeds(programs: Path) -> Path:
    """Return the sample articles of the installed package."""
    (found,) = programs.parent.glob("lib/python*/site-packages/bot/_seeds/articles")
    return found


def make_home(folder: Path) -> Path:
    """Return the empty folder in which the commands run."""
    home = folder / "home"
    home.mkdir(exist_ok=True)
    return home


def empty_environment(folder: Path) -> dict[str, str]:
    """Return the environment of a service: no path, language or setting of ours."""
    return {
        "HOME": str(make_home(folder)),
        "PATH": "/usr/bin:/bin",
        "STANDFIRST_WEB_PORT": "0",
    }


def run(command: Sequence[str], cwd: Path) -> None:
    """Run a command; end with its output if it fails."""
    # Building and installing keep the environment, which may name a package index.
    env = None if cwd == ROOT else empty_environment(cwd.parent)
    done = subprocess.run(
        command, cwd=cwd, env=env, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")


def measure_folder(folder: Path) -> int:
    """Add up the sizes of a folder's files, in bytes."""
    return sum(p.lstat().st_size for p in folder.rglob("*") if not p.is_symlink())


if __name__ == "__main__":
    main()
