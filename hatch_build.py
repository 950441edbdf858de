"""Compile the translations when a wheel is built; see bot/i18n/README.md."""

import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

#: The date in every compiled catalogue. By default it is the moment of the build, and
#: the same sources would make different wheels.
CATALOGUE_DATE = datetime(1980, 1, 1, tzinfo=UTC)


class CatalogueBuildHook(BuildHookInterface):
    """Adds a `.mo` file for each `.po` file, which the wheel leaves out.

    An editable install reads the `.po` files of the checkout: nothing that was compiled
    can be out of date there.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="standfirst-catalogues-"))
        if version == "editable":
            return
        root = Path(self.root)
        for source in root.glob("bot/i18n/locales/*/LC_MESSAGES/*.po"):
            name = source.relative_to(root).with_suffix(".mo")
            compiled = self.folder / name
            compiled.parent.mkdir(parents=True)
            with source.open("rb") as opened:
                catalogue = read_po(opened)
            catalogue.creation_date = catalogue.revision_date = CATALOGUE_DATE
            with compiled.open("wb") as made:
                write_mo(made, catalogue)
            build_data["force_include"][str(compiled)] = name.as_posix()

    def finalize(
        self, version: str, build_data: dict[str, Any], artifact_path: str
    ) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
