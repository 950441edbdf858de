"""The wheel and the sdist are complete: neither needs the checkout beside it."""

import filecmp
import gettext
import re
import subprocess
import sys
import tarfile
import tomllib
import urllib.request
import zipfile
from pathlib import Path

import pytest

from tests.bot.process import PATIENCE, Home, eventually, page

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def build(source: Path, target: Path, *options: str) -> None:
    command = [sys.executable, "-m", "build", "--no-isolation", f"--outdir={target}"]
    subprocess.run(
        [*command, *options, str(source)], check=True, capture_output=True, timeout=120
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel that was built from it."""
    target = tmp_path_factory.mktemp("built")
    build(ROOT, target)
    return target


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (found,) = built.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what an installation of the wheel adds to `site-packages`."""
    target = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    return target


def files_of(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.mark.parametrize("package", ["bot", "digests"])
def test_the_wheel_has_every_file_of_a_package(package: str, installed):
    wanted = {name for name in files_of(ROOT / package) if not name.endswith(".po")}
    assert wanted <= files_of(installed / package)


def test_the_wheel_has_each_translation_compiled(installed):
    written = {
        name.removesuffix(".po")
        for name in files_of(ROOT / "bot" / "i18n" / "locales")
        if name.endswith(".po")
    }
    compiled = files_of(installed / "bot" / "i18n" / "locales")
    assert compiled == {f"{name}.mo" for name in written}


def test_a_compiled_translation_does_not_depend_on_when_it_was_built(installed):
    for path in (installed / "bot" / "i18n" / "locales").rglob("*.mo"):
        with path.open("rb") as opened:
            header = gettext.GNUTranslations(opened).info()
        dates = {value for name, value in header.items() if name.endswith("date")}
        assert dates == {"1980-01-01 00:00+0000"}


def test_the_wheel_has_the_sample_articles(installed):
    assert files_of(installed / "bot" / "_seeds") == files_of(ROOT / "seeds")


def test_the_wheel_has_nothing_beside_the_packages_and_their_metadata(installed):
    tops = {path.name for path in installed.iterdir()}
    name = f"standfirst-{PROJECT['project']['version']}.dist-info"
    assert tops == {"bot", "digests", name}


def test_the_wheel_of_the_sdist_is_the_wheel_of_the_checkout(wheel, tmp_path):
    build(ROOT, tmp_path, "--wheel")
    assert filecmp.cmp(wheel, tmp_path / wheel.name, shallow=False)


def test_make_finds_what_it_needs_in_the_sdist(built, tmp_path):
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    folder = tmp_path / sdist.name.removesuffix(".tar.gz")
    done = subprocess.run(
        ["make", "-n", "demo", "test"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_demo_runs_from_the_wheel_without_the_checkout(installed, tmp_path):
    home, code = Home(tmp_path, cold=True), {"PYTHONPATH": str(installed)}
    where = subprocess.run(
        [sys.executable, "-c", "import bot, digests; print(bot, digests)"],
        env=home.environment(**code),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert where.stdout.count(str(installed)) == 2
    with home.running("demo", **code) as process:
        address = process.until()
        eventually(lambda: 'class="edition"' in page(address))
        german = urllib.request.Request(address, headers={"Accept-Language": "de"})
        with urllib.request.urlopen(german, timeout=PATIENCE) as answer:
            assert '<html lang="de"' in answer.read().decode()


def test_the_changelog_begins_with_this_version():
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    found = re.search(r"^## (\S+)", changes, re.M)
    assert found is not None
    assert found[1] == PROJECT["project"]["version"]
