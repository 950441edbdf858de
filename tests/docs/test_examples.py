"""Schedules, settings and files of the documentation are taken where they belong.

What is typed into a shell or a chat is run by `test_shell_examples` and
`test_chat_examples`.
"""

import json
import re
import textwrap
from pathlib import Path
from typing import Final

import pytest
import yaml
from pydantic import BaseModel

from bot.model import DestinationSettings, DigestSettings, WorkspaceSettings
from bot.schedules.parsing import parse_schedule
from bot.settings import Settings, load_settings
from tests.docs.examples import GUIDES, PAGES, TEXTS, list_blocks, list_typed
from tests.docs.markdown import ROOT, parse_blocks, parse_inline_code
from tests.docs.settings_page import GROUPS

DIGEST: type[BaseModel] = DigestSettings
MODELS: dict[str, type[BaseModel]] = {"#": DestinationSettings, "w": WorkspaceSettings}
#: The tokens of Slack are of use together only.
TOKENS: Final = "STANDFIRST_SLACK_"
ZONED = re.compile(r"\b(?:at|every)\b.*\b(?:[A-Z][a-z]+/[A-Z]\w+|UTC)\b")
#: What is done with a block of code in a language.
LANGUAGES: Final = {
    "console": "its lines are run: test_shell_examples",
    "cron": "its commands are run: test_shell_examples",
    "text": "its commands of the chat are run: test_chat_examples; else a drawing",
    "toml": "applied: test_shell_examples; each setting of it: test_documents",
    "ini": "loaded by the program, below",
    "json": "parsed below; the doctor's is compared in test_documents",
    "yaml": "parsed below: for Prometheus, another program",
    "caddy": "its port and paths are compared with ours below: for Caddy",
}


def test_something_is_done_with_every_block():
    found = {one.language for name in GUIDES for one in parse_blocks(TEXTS[name])}
    assert found == set(LANGUAGES)


# ── settings and schedules ─────────────────────────────────────────────────────


def test_the_documented_settings_can_be_set():
    for name in PAGES:
        for line in list_typed(name):
            if found := re.match(
                r"/newsdesk set (\"[^\"]+\"|#\w+|workspace) (\w+)", line
            ):
                model = MODELS.get(found[1][0], DIGEST)
                assert found[2] in model.model_fields, line


@pytest.mark.parametrize("name", ["docs/editors.md", "docs/de/editors.md"])
def test_every_schedule_of_a_guide_is_one_that_is_understood(name: str):
    sentences = [one for one in parse_inline_code(TEXTS[name]) if ZONED.search(one)]
    assert len(sentences) >= 6
    for sentence in sentences:
        parse_schedule(sentence)


def load(text: str, folder: Path) -> None:
    """Load settings as the program does; fail when it says anything about them."""
    (folder / ".env").write_text(textwrap.dedent(text), encoding="utf-8")
    _, warnings = load_settings(GROUPS, {"XDG_CONFIG_HOME": str(folder)}, folder)
    assert warnings == ()


def list_assignments() -> list[str]:
    """List the settings with a value, within sentences and of the example file."""
    pattern = re.compile(r"STANDFIRST_\w+=\S+")
    inline = [one for name in GUIDES for one in parse_inline_code(TEXTS[name])]
    example = (ROOT / ".env.example").read_text("utf-8").splitlines()
    lines = (line.removeprefix("#").strip() for line in (*inline, *example))
    return sorted({line for line in lines if pattern.fullmatch(line)})


@pytest.mark.parametrize("line", list_assignments())
def test_every_setting_with_a_value_is_accepted(line: str, tmp_path: Path):
    together = [one for one in list_assignments() if one[:17] == line[:17] == TOKENS]
    load("\n".join(together or [line]), tmp_path)


# ── files ──────────────────────────────────────────────────────────────────────


def test_every_block_of_settings_is_accepted(tmp_path: Path):
    blocks = list(list_blocks("ini"))
    assert blocks
    for block in blocks:
        load(block.content, tmp_path)


def test_every_block_of_data_is_of_its_format():
    for block in list_blocks("json"):
        assert json.loads(block.content)
    for block in list_blocks("yaml"):
        assert yaml.safe_load(block.content)


def test_a_proxy_passes_on_paths_that_the_bot_serves_to_its_port():
    text = "\n".join(block.content for block in list_blocks("caddy"))
    port = Settings.model_fields["web_port"].default
    assert set(re.findall(r"127\.0\.0\.1:(\d+)", text)) == {str(port)}
    folder = ROOT / "bot" / "web"
    code = "\n".join(path.read_text("utf-8") for path in folder.rglob("*.py"))
    paths = re.findall(r"/(\w+)/?\*", text)
    assert [path for path in paths if f'"/{path}' not in code] == []
