"""`/news help` and `/newsdesk help`: every command with examples."""

from collections.abc import Callable, Iterator, Sequence

from bot.commands.context import CommandContext, texts_for
from bot.errors import UnknownName
from bot.i18n.translation import Texts
from bot.model import (
    Block,
    Command,
    CommandOption,
    Invocation,
    ListItem,
    Paragraph,
    Permission,
    Reply,
    SmallPrint,
)

#: A command less like what was typed than this is not offered for it, of 100.
MIN_SIMILARITY = 60


def build_reader_help(
    context: CommandContext, commands: Callable[[], tuple[Command, ...]]
) -> Command:
    """The command over the whole registry, itself included."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_for(invocation)
        wanted = invocation.args.get("command", "").strip().lstrip("/")
        known = [c for c in commands() if c.permission <= invocation.person.permission]
        if wanted:
            return render_command_help(wanted, known, texts)
        first = Paragraph(
            text=texts.say(
                "Standfirst posts short digests; every word in them can be traced to "
                "its source. Ask for details with these commands."
            )
        )
        lines = list(_render_command_lines(known, texts))
        last = SmallPrint(text=texts.say("More about one: /news help quotes"))
        return Reply(title=texts.say("Help"), blocks=(first, *lines, last))

    return Command(
        path="news help",
        description="What you can ask, with examples",
        permission=Permission.EVERYONE,
        run=run,
        options=(
            CommandOption(
                name="command",
                description="One command",
                rest=True,
                completes="command",
            ),
        ),
        examples=("/news help", "/news help quotes"),
    )


def _render_command_lines(known: Sequence[Command], texts: Texts) -> Iterator[ListItem]:
    """A line a command; those of one noun share theirs, as all would be too many."""
    nouns: dict[str, list[Command]] = {}
    for command in known:
        nouns.setdefault(" ".join(command.path.split(" ")[:2]), []).append(command)
    for noun, commands in nouns.items():
        said = texts.word(commands[0].description)
        if commands[0].path != noun:
            said = ", ".join(command.path.split(" ")[2] for command in commands)
        yield ListItem(title=f"/{noun}", text=said)


def render_command_help(wanted: str, known: list[Command], texts: Texts) -> Reply:
    """A command by its path, by what follows the root, or by its last word."""
    said = " ".join(wanted.split())
    found = [c for c in known if said in (c.path, c.path.partition(" ")[2])]
    found = found or [c for c in known if c.path.split()[-1] == said]
    of_noun = [
        c for c in known if _get_noun(c) in (said, f"newsdesk {said}", f"news {said}")
    ]
    if not found and of_noun:
        lines = (
            ListItem(title=f"/{c.path}", text=texts.word(c.description))
            for c in of_noun
        )
        return Reply(title=f"/{_get_noun(of_noun[0])}", blocks=tuple(lines))
    if not found:
        raise _unknown_command(said, [c.path for c in known])
    command = found[0]
    blocks: list[Block] = [Paragraph(text=f"{texts.word(command.description)}.")]
    for option in command.options:
        name = option.name
        if not option.required:
            name = texts.say("{name} (optional)", name=name)
        blocks.append(ListItem(title=name, text=texts.word(option.description)))
    blocks += [ListItem(title=example) for example in command.examples]
    return Reply(title=f"/{command.path}", blocks=tuple(blocks))


def _get_noun(command: Command) -> str:
    """What comes before the last word of a command of three: «newsdesk filter»."""
    root, _, rest = command.path.partition(" ")
    noun, _, verb = rest.partition(" ")
    return f"{root} {noun}" if verb else ""


def _unknown_command(wanted: str, paths: Sequence[str]) -> UnknownName:
    # Only a mistake needs it: not a cost of starting.
    from rapidfuzz import fuzz, process

    def alike(one: str, path: str, **_: object) -> float:
        return max(fuzz.ratio(one, part) for part in (path, path.partition(" ")[2]))

    near = process.extractOne(wanted, paths, scorer=alike, score_cutoff=MIN_SIMILARITY)
    if near is None:
        return UnknownName(
            "There is no command /{path}. /news help lists them all.", path=wanted[:40]
        )
    return UnknownName(
        "There is no command /{wanted}. Did you mean /{near}?",
        wanted=wanted[:40],
        near=near[0],
    )


def build_editor_help(commands: Callable[[], tuple[Command, ...]]) -> Command:
    """The command over the whole registry, itself included."""

    async def run(invocation: Invocation) -> Reply:
        texts = texts_for(invocation)
        wanted = invocation.args.get("command", "").strip().lstrip("/")
        known = [c for c in commands() if c.path.startswith("newsdesk ")]
        if wanted:
            return render_command_help(wanted, known, texts)
        first = SmallPrint(
            text=texts.say(
                "Every change is shown before it is made, and can be reverted. "
                "Start with /newsdesk setup."
            )
        )
        lines: list[Block] = [
            ListItem(title=f"/{c.path}", text=texts.word(c.description)) for c in known
        ]
        last = SmallPrint(text=texts.say("More about one: /newsdesk help source add"))
        return Reply(title=texts.say("Help for editors"), blocks=(first, *lines, last))

    return Command(
        path="newsdesk help",
        description="What editors can do, with examples",
        permission=Permission.EDITOR,
        run=run,
        options=(
            CommandOption(
                name="command",
                description="One command",
                rest=True,
                completes="command",
            ),
        ),
        examples=("/newsdesk help", "/newsdesk help source add"),
    )
