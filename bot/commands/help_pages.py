"""`/news help` and `/newsdesk help`: every command with examples."""

from collections.abc import Iterator, Sequence
from typing import Annotated

from bot.commands.context import CommandContext
from bot.commands.declaration import Option, command
from bot.errors import UnknownName
from bot.model import Block, Command, ListItem, Reply

#: Similarity (0 to 100) from which a command is suggested.
MIN_SIMILARITY = 60
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
    """Show the commands that the person may use, or one of them."""
    permission = context.person.permission
    known = [c for c in context.commands if c.permission <= permission]
    if wanted:
        return _render_command(context, wanted, known)
    return context.reply(
        context.say(
            "Standfirst posts short digests; every word in them can be traced to "
            "its source. Ask for details with these commands."
        ),
        *_render_nouns(context, known),
        context.small_print("More about one: /news help quotes"),
        title=context.say("Help"),
    )


@command("newsdesk help", "What editors can do, with examples", "", "source add")
async def show_editor_help(
    context: CommandContext, wanted: CommandArgument = ""
) -> Reply:
    """Show the editors' commands, or one of them."""
    known = [c for c in context.commands if c.path.startswith("newsdesk ")]
    if wanted:
        return _render_command(context, wanted, known)
    return context.reply(
        context.small_print(
            "Every change is shown before it is made, and can be reverted. "
            "Start with /newsdesk setup."
        ),
        *_render_lines(context, known),
        context.small_print("More about one: /newsdesk help source add"),
        title=context.say("Help for editors"),
    )


def _render_lines(
    context: CommandContext, known: Sequence[Command]
) -> Iterator[ListItem]:
    for one in known:
        yield ListItem(title=f"/{one.path}", text=context.texts.word(one.description))


def _render_nouns(
    context: CommandContext, known: Sequence[Command]
) -> Iterator[ListItem]:
    """Render a line per command; commands of one noun share a line."""
    nouns: dict[str, list[Command]] = {}
    for one in known:
        nouns.setdefault(" ".join(one.path.split(" ")[:2]), []).append(one)
    for noun, several in nouns.items():
        text = context.texts.word(several[0].description)
        if several[0].path != noun:
            text = ", ".join(one.path.split(" ")[2] for one in several)
        yield ListItem(title=f"/{noun}", text=text)


def _render_command(
    context: CommandContext, wanted: str, known: Sequence[Command]
) -> Reply:
    """Render a command by its path, the words after the root, or the last word."""
    found = [c for c in known if wanted in (c.path, c.path.partition(" ")[2])]
    found = found or [c for c in known if c.path.split()[-1] == wanted]
    nouns = (wanted, f"newsdesk {wanted}", f"news {wanted}")
    of_noun = [c for c in known if _get_noun(c) in nouns]
    if not found and of_noun:
        lines = _render_lines(context, of_noun)
        return context.reply(*lines, title=f"/{_get_noun(of_noun[0])}")
    if not found:
        raise _unknown_command(wanted, [c.path for c in known])
    shown = found[0]
    blocks: list[Block | str] = [f"{context.texts.word(shown.description)}."]
    for option in shown.options:
        name = option.name
        if not option.required:
            name = context.say("{name} (optional)", name=name)
        text = context.texts.word(option.description)
        blocks.append(ListItem(title=name, text=text))
    blocks += [ListItem(title=example) for example in shown.examples]
    return context.reply(*blocks, title=f"/{shown.path}")


def _get_noun(shown: Command) -> str:
    """Return the path without the last of three words: «newsdesk filter»."""
    root, _, rest = shown.path.partition(" ")
    noun, _, verb = rest.partition(" ")
    return f"{root} {noun}" if verb else ""


def _unknown_command(wanted: str, paths: Sequence[str]) -> UnknownName:
    # Imported only when needed, to start faster.
    from rapidfuzz import fuzz, process

    def score(one: str, path: str, **_: object) -> float:
        return max(fuzz.ratio(one, part) for part in (path, path.partition(" ")[2]))

    near = process.extractOne(wanted, paths, scorer=score, score_cutoff=MIN_SIMILARITY)
    if near is None:
        return UnknownName(
            "There is no command /{path}. /news help lists them all.", path=wanted[:40]
        )
    return UnknownName(
        "There is no command /{wanted}. Did you mean /{near}?",
        wanted=wanted[:40],
        near=near[0],
    )
