"""Compile the translations when a wheel is built; see bot/i18n/README.md."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


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
            with source.open("rb") as opened, compiled.open("wb") as made:
                write_mo(made, read_po(opened))
            build_data["force_include"][str(compiled)] = name.as_posix()

    def finalize(
        self, version: str, build_data: dict[str, Any], artifact_path: str
    ) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
