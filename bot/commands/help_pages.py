"""`/news help` and `/newsdesk help`: every command with examples.

Also where the commands of earlier releases are reached now: `former_commands.toml` has
a row for each, from which the answer to one that is typed, its help, the table in
docs/commands.md and the walks of the tests derive.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Annotated, Final

from bot.commands.context import CommandContext, Option
from bot.commands.declaration import command
from bot.configuration.diff import format_label
from bot.errors import UnknownName
from bot.i18n.translation import Texts
from bot.model import (
    Block,
    Command,
    DigestSettings,
    ListItem,
    Permission,
    Reply,
    SmallPrint,
    get_setting,
)
from digests.messages import fill_placeholders, find_placeholders
from digests.types import frozen

CommandArgument = Annotated[
    str,
    Option(
        "One command",
        name="command",
        rest=True,
        completes="command",
        convert=lambda _, typed: " ".join(typed.lstrip("/").split()),
    ),
]


@command("news help", "What you can ask, with examples", "", "quotes")
async def show_help(context: CommandContext, wanted: CommandArgument = "") -> Reply:
    """Show what everybody can ask, or one command that the person may use."""
    if wanted:
        return await _render_command(context, wanted)
    editors = context.say("What editors can do: /newsdesk help")
    is_editor = context.person.permission >= Permission.EDITOR
    return context.reply(
        context.say(
            "Standfirst posts short digests; every word in them can be traced to "
            "its source. Ask for details with these commands."
        ),
        *_render_entries(context, "news"),
        *((SmallPrint(text=editors),) if is_editor else ()),
        context.small_print("More about one: /news help quotes"),
        title=context.say("Help"),
    )


@command("newsdesk help", "What editors can do, with examples", "", "set")
async def show_editor_help(
    context: CommandContext, wanted: CommandArgument = ""
) -> Reply:
    """Show the editors' commands, or one of them."""
    if wanted:
        return await _render_command(context, wanted)
    return context.reply(
        context.small_print(
            "Every change is shown before it is made, and can be reverted. "
            "/newsdesk home has a button for everything."
        ),
        *_render_entries(context, "newsdesk"),
        context.small_print("More about one: /newsdesk help set"),
        title=context.say("Help for editors"),
    )


def _list_known(context: CommandContext) -> list[Command]:
    """List the commands that the person may use and can type."""
    permission = context.person.permission
    return [c for c in context.commands if c.typed and c.permission <= permission]


def _render_entries(context: CommandContext, root: str) -> Iterator[ListItem]:
    """Render a line per command of the root; those with a word in common share one."""
    nouns: dict[str, list[Command]] = {}
    for one in _list_known(context):
        words = one.path.split(" ")
        if words[0] == root and words[1:] != ["help"]:
            nouns.setdefault(" ".join(words[:2]), []).append(one)
    for noun, several in nouns.items():
        text = context.texts.word(several[0].description)
        if several[0].path != noun:
            text = ", ".join(one.path.split(" ")[2] for one in several)
        yield ListItem(title=f"/{noun}", text=text)


async def _render_command(context: CommandContext, wanted: str) -> Reply:
    """Render a command by its path, the words after the root, or the last word."""
    known = _list_known(context)
    found = [c for c in known if wanted in (c.path, c.path.partition(" ")[2])]
    found = found or [c for c in known if c.path.split()[-1] == wanted]
    if not found:
        return _render_group(context, wanted, known)
    shown = found[0]
    blocks: list[Block | str] = [f"{context.texts.word(shown.description)}."]
    for option in shown.options:
        name = option.name
        if not option.required:
            name = context.say("{name} (optional)", name=name)
        text = context.texts.word(option.description)
        blocks.append(ListItem(title=name, text=text))
    names = await load_sample_names(context)
    blocks += [ListItem(title=one) for one in fill_examples(shown, names)]
    return context.reply(*blocks, title=f"/{shown.path}")


def _render_group(
    context: CommandContext, wanted: str, known: Sequence[Command]
) -> Reply:
    """Render the commands that begin with these words, with or without their root.

    Raises:
        UnknownName: There are none, and there was no such command.
    """
    names = (wanted, f"newsdesk {wanted}", f"news {wanted}")
    starts = tuple(f"{name} " for name in names)
    group = [one for one in known if one.path.startswith(starts)]
    if group:
        word = context.texts.word
        lines = (ListItem(title=f"/{c.path}", text=word(c.description)) for c in group)
        noun, _, _ = group[0].path.rpartition(" ")
        return context.reply(*lines, title=f"/{noun}")
    for name in names:
        moved = explain_former_command(name, context.texts.locale)
        if moved is not None:
            return replace(moved, problem=False)
    paths = {part: c.path for c in known for part in (c.path, c.path.partition(" ")[2])}
    near = get_close_matches(wanted, paths, n=1)
    if not near:
        raise UnknownName(
            "There is no command /{path}. /news help lists them all.", path=wanted[:40]
        )
    raise UnknownName(
        "There is no command /{wanted}. Did you mean /{near}?",
        wanted=wanted[:40],
        near=paths[near[0]],
    )


# ── examples whose names exist ──────────────────────────────────────────────────

#: Commands that the local page offers to try, while there is an edition.
TRIED: Final = ("news latest", "news story", "news quotes", "news search")
#: Characters from which a word of a headline is worth searching for.
_LONG_WORD: Final = 6
#: Words of a sentence by which it can be found.
_SHOWN_WORDS: Final = 7


async def load_sample_names(context: CommandContext) -> Mapping[str, str]:
    """Load names that exist in this channel, by their kind; see `SAMPLE_NAMES`.

    A kind without a name here is missing.
    """
    names: dict[str, str] = {}
    digests = await context.list_digests_here() or await context.list_digests()
    if digests:
        names["digest"] = digests[0].name
        sources = digests[0].all_sources
        if sources and sources[0].called:
            names["source"] = sources[0].called
    for place in (await context.list_destinations())[:1]:
        names["destination"] = place.name
    return names | await _load_edition_names(context)


async def _load_edition_names(context: CommandContext) -> dict[str, str]:
    """Load names that stand in the newest edition; none without one."""
    newest = await context.archive.newest(context.place)
    if newest is None:
        return {}
    names = {"edition": newest.public_id}
    for story in newest.edition.stories[:1]:
        names |= {"story": "1", "story_id": story.id}
        words = re.findall(rf"[^\W\d_]{{{_LONG_WORD},}}", story.headline.text)
        if words:
            names["topic"] = max(words, key=len).lower()
        if story.summary:
            names["sentence"] = " ".join(story.summary[0].text.split()[:_SHOWN_WORDS])
    cards = (card for story in newest.edition.stories for card in story.cards)
    speaker = next((card.speaker for card in cards if card.speaker), None)
    return names | ({"speaker": speaker} if speaker else {})


def fill_examples(shown: Command, names: Mapping[str, str]) -> tuple[str, ...]:
    """List the command's examples with names that exist; its usual ones without any."""
    found = [
        fill_placeholders(pattern, names)
        for pattern in shown.example_patterns
        if find_placeholders(pattern) <= names.keys()
    ]
    return tuple(found) or shown.examples


async def suggest_lines(context: CommandContext) -> tuple[str, ...]:
    """List a few lines that are worth typing here."""
    # The rest of the sample names would take three more queries on every page.
    names = await _load_edition_names(context)
    if "edition" not in names:
        is_editor = context.person.permission >= Permission.EDITOR
        return ("/newsdesk setup", "/news help") if is_editor else ("/news help",)
    by_path = {one.path: one for one in _list_known(context)}
    found = (
        fill_examples(by_path[path], names)[0] for path in TRIED if path in by_path
    )
    return tuple(found)


# ── commands of earlier releases ────────────────────────────────────────────────


@frozen
class FormerCommand:
    """A command of the first release, and where it is reached now."""

    path: str
    #: The command that does it, or that the presses begin with.
    now: str
    #: What to press or choose, in order: labels (English messages), one of `NAMES`, or
    #: a setting of a digest by its name: «{exclude}».
    press: tuple[str, ...] = ()
    #: What can be typed instead, or with it.
    example: str = ""

    @property
    def is_moved(self) -> bool:
        """It is no longer a command of its own."""
        return self.path != self.now

    def list_labels(self, texts: Texts) -> tuple[str, ...]:
        """List what to press or choose, as it is labelled; `NAMES` stay as they are."""
        return tuple(_format_step(step, texts) for step in self.press)


#: What stands for the name of something in the labels of a former command.
NAMES: Final[Mapping[str, str]] = {
    "Open {digest}": "the digest",
    "Open {paused digest}": "the digest",
    "{source}": "the source",
    "{paused source}": "the source",
    "{destination}": "the destination",
}
_FORMER_COMMANDS: Final = Path(__file__).parent / "former_commands.toml"


@cache
def read_former_commands() -> Mapping[str, FormerCommand]:
    """Read the table, by path."""
    table = tomllib.loads(_FORMER_COMMANDS.read_text(encoding="utf-8"))
    return {
        path: FormerCommand(path=path, **{**row, "press": tuple(row.get("press", ()))})
        for path, row in table.items()
    }


def explain_former_command(words: str, locale: str) -> Reply | None:
    """Say where a command of an earlier release is now; None if there was none.

    Args:
        words: What was typed, in English and without a slash; further words may follow.
        locale: The language of the reply.
    """
    former = _find_former(words.split())
    if former is None:
        return None
    texts = Texts.of(locale)
    path, now = former.path, former.now
    said = texts.say("/{former} has moved to /{now}.", former=path, now=now)
    if former.press:
        labels = former.list_labels(texts)
        steps = " → ".join(
            texts.word(NAMES[one]) if one in NAMES else one for one in labels
        )
        said = texts.say(
            "/{former} has moved to /{now}: {steps}.",
            former=path,
            now=now,
            steps=steps,
        )
    example = former.example or f"/{former.now}"
    more = texts.say("For example: {example}", example=example)
    return Reply.of_problem(said, more)


def _format_step(step: str, texts: Texts) -> str:
    if step in NAMES:
        return step
    named = step.strip("{}") if step.startswith("{") else ""
    setting = get_setting(DigestSettings, named)
    return texts.word(step) if setting is None else format_label(setting, texts)


def _find_former(words: Sequence[str]) -> FormerCommand | None:
    """Find the row of the longest path; of a noun, that of the nearest verb or list."""
    table = {path: row for path, row in read_former_commands().items() if row.is_moved}
    for count in (3, 2):
        if found := table.get(" ".join(words[:count])):
            return found
    noun = f"{' '.join(words[:2])} "
    verbs = {
        path.removeprefix(noun): row
        for path, row in table.items()
        if path.startswith(noun)
    }
    near = get_close_matches("".join(words[2:3]), verbs, n=1)
    wanted = [*near, "list", *verbs]
    return next((verbs[verb] for verb in wanted if verb in verbs), None)
