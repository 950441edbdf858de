"""Parsing and completion of typed commands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.help_pages import read_former_commands
from bot.i18n.translation import Texts
from bot.model import (
    Command,
    CommandOption,
    Invocation,
    Paragraph,
    Permission,
    Reply,
)
from bot.platforms.common.typed_commands import (
    ENGLISH_WORDS,
    ParsedCommand,
    parse_command,
    split_words,
)
from bot.platforms.local.commands import add_values, complete_line
from tests.bot.harness import BotHarness

TEXTS = Texts.of("en")


async def never(_: Invocation) -> Reply:
    raise AssertionError("reading a line must run nothing")


def a_command(path: str, *options: CommandOption, example: str = "") -> Command:
    return Command(
        path=path,
        description=f"About {path}",
        permission=Permission.EVERYONE,
        run=never,
        options=options,
        examples=(example,) if example else (),
    )


COMMANDS = (
    a_command("news latest"),
    a_command(
        "news story", CommandOption(name="story", description="Which", required=True)
    ),
    a_command(
        "news quotes",
        CommandOption(
            name="speaker", description="Who", rest=True, completes="speaker"
        ),
        CommandOption(name="topic", description="About what"),
        example="/news quotes Xi",
    ),
    a_command("newsdesk home"),
    a_command(
        "newsdesk pause",
        CommandOption(name="digest", description="Which", completes="digest"),
        CommandOption(name="mode", description="How", choices=("Calm", "Brisk")),
    ),
    a_command(
        "newsdesk source add", CommandOption(name="address", description="Where")
    ),
    a_command("newsdesk source list"),
)


def read(line: str):
    return parse_command(line, COMMANDS, TEXTS)


def sentence(line: str) -> str:
    reply = read(line)
    assert isinstance(reply, Reply)
    assert reply.problem
    return " ".join(getattr(block, "text", "") for block in reply.blocks)


@pytest.mark.parametrize(
    ("line", "path", "args"),
    [
        ("/news", "news latest", {}),
        ("/newsdesk", "newsdesk home", {}),
        ("  /NEWS   Latest ", "news latest", {}),
        ("／news latest", "news latest", {}),
        ("/news story 2", "news story", {"story": "2"}),
        ("/news story story=2", "news story", {"story": "2"}),
        ("/news quotes", "news quotes", {}),
        ("/news quotes Xi", "news quotes", {"speaker": "Xi"}),
        ("/news quotes Xi Jinping", "news quotes", {"speaker": "Xi Jinping"}),
        ('/news quotes "Xi Jinping"', "news quotes", {"speaker": "Xi Jinping"}),
        ("/news quotes “Xi Jinping”", "news quotes", {"speaker": "Xi Jinping"}),
        ("/news quotes „Ada Brandt“", "news quotes", {"speaker": "Ada Brandt"}),
        ("/news quotes «Ada Brandt»", "news quotes", {"speaker": "Ada Brandt"}),
        ("/news quotes 'Ada Brandt'", "news quotes", {"speaker": "Ada Brandt"}),
        ("/news quotes Flann O’Brien", "news quotes", {"speaker": "Flann O’Brien"}),
        (
            "/news quotes topic=bridge Xi",
            "news quotes",
            {"speaker": "Xi", "topic": "bridge"},
        ),
        (
            "/news quotes Xi topic=“the bridge”",
            "news quotes",
            {"speaker": "Xi", "topic": "the bridge"},
        ),
        ("/news quotes a=b", "news quotes", {"speaker": "a=b"}),
        (
            "/newsdesk pause Tech brisk",
            "newsdesk pause",
            {"digest": "Tech", "mode": "Brisk"},
        ),
        (
            "/newsdesk source add https://a.example/feed?x=1",
            "newsdesk source add",
            {"address": "https://a.example/feed?x=1"},
        ),
        ("/news quotes \u00a0Xi\t ", "news quotes", {"speaker": "Xi"}),
    ],
)
def test_a_line_means_a_call(line, path, args):
    assert read(line) == ParsedCommand(path=path, args=args)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("hello", "/news latest"),
        ("", "/news latest"),
        ("quotes Xi", "/news quotes"),
        ("/news quots Xi", "/news quotes"),
        ("/nws latest", "/news latest"),
        ("/newsdesk sorce add", "/newsdesk source add"),
        ("/newsdesk source ad", "/newsdesk source"),
        ("/weather today", "/news help"),
        ("/", "/news help"),
        ("/newsdesk pause Tech loud", "Calm, Brisk"),
        ("/news latest please now", "please now"),
        ("/news quots Xi", "/news quotes Xi"),
    ],
)
def test_what_is_not_understood_is_answered_with_what_would_be(line, said):
    assert said in sentence(line)


def test_a_missing_option_is_left_to_a_form():
    assert read("/news story") == ParsedCommand(path="news story", args={})


def test_a_line_of_six_thousand_characters_is_refused_with_its_length():
    assert "6,000" in sentence("/news quotes " + "x" * 5_987)


@given(st.text(max_size=3_000))
def test_any_line_gets_an_answer(line):
    assert isinstance(read(line), ParsedCommand | Reply)
    assert isinstance(read("/news quotes " + line), ParsedCommand | Reply)


@given(st.text(max_size=300))
def test_words_are_in_order_and_omit_only_white_space(line):
    at = 0
    for word in split_words(line):
        assert not line[at : word.start].strip()
        at = word.end
    assert not line[at:].strip()


def labels(line: str, caret: int | None = None) -> list[str]:
    at = len(line) if caret is None else caret
    return [item.label for item in complete_line(line, at, COMMANDS).items]


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("", [f"/{command.path}" for command in COMMANDS]),
        ("/newsd", [f"/{c.path}" for c in COMMANDS if "newsdesk" in c.path]),
        ("/news ", ["/news latest", "/news story", "/news quotes"]),
        ("/news q", ["/news quotes"]),
        ("/quo", ["/news quotes"]),
        ("/newsdesk source ", ["/newsdesk source add", "/newsdesk source list"]),
        ("hello", []),
        ("/news quotes ", ["speaker=", "topic="]),
        ("/news quotes t", ["topic="]),
        ("/newsdesk pause mode=b", ["Brisk"]),
        ("/newsdesk pause Tech c", ["Calm"]),
        ("/newsdesk pause mode=Calm ", ["digest="]),
    ],
)
def test_what_may_follow_is_offered(line, offered):
    assert labels(line) == offered


def test_values_from_the_archive_are_requested():
    wanted = complete_line("/news quotes Xi Ji", 18, COMMANDS).wanted
    assert wanted is not None
    assert (wanted.path, wanted.option, wanted.typed) == (
        "news quotes",
        "speaker",
        "Xi Ji",
    )


@pytest.mark.parametrize(
    ("line", "value", "result"),
    [
        ("/news quotes Xi Ji", "Xi Jinping", "/news quotes Xi Jinping "),
        ('/news quotes "Xi', "Xi Jinping", "/news quotes Xi Jinping "),
        ("/news quotes speaker=X", "Xi Jinping", '/news quotes speaker="Xi Jinping" '),
        ("/newsdesk pause Mo", "Morning tech", '/newsdesk pause "Morning tech" '),
    ],
)
def test_a_value_that_is_put_in_can_be_read_again(line, value, result):
    found = add_values(complete_line(line, len(line), COMMANDS), (value,))
    item = found.items[0]
    written = line[: found.start] + item.insert + line[found.end :]
    assert written == result
    call = read(written)
    assert isinstance(call, ParsedCommand)
    assert value in call.args.values()


# ── words of other languages ───────────────────────────────────────────────────

FORMER = tuple(read_former_commands())


@pytest.mark.parametrize("line", ["/news zitate Xi", "/news Zitate Xi"])
def test_a_command_may_be_typed_in_the_words_of_another_language(line):
    assert read(line) == ParsedCommand(path="news quotes", args={"speaker": "Xi"})


async def test_every_translated_word_maps_to_a_command_word(
    empty_harness: BotHarness,
):
    paths = [command.path for command in empty_harness.inbox.typed_commands]
    # Former commands are still answered.
    known = {word for path in (*paths, *FORMER) for word in path.split()[1:]}
    assert set(ENGLISH_WORDS.values()) <= known
    # No word that English commands use has another meaning.
    assert not known & ENGLISH_WORDS.keys()


def test_no_command_is_offered_for_a_word_that_is_far_from_all():
    said = "/news xyzzy"
    reply = read(said)
    assert isinstance(reply, Reply)
    assert "Did you mean" not in str(reply.blocks)
    near = read("/news quots")
    assert isinstance(near, Reply)
    assert "Did you mean /news quotes?" in str(near.blocks)


@given(st.text(max_size=200), st.integers(-5, 300))
def test_completion_never_points_outside_the_line(line, caret):
    found = complete_line("/news " + line, caret, COMMANDS)
    assert 0 <= found.start <= found.end <= len(line) + 6


def test_a_problem_is_a_paragraph_first():
    reply = read("hello")
    assert isinstance(reply, Reply)
    assert isinstance(reply.blocks[0], Paragraph)
