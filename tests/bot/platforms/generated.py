"""Random editions and replies with everything a feed can contain, and their faults.

    wrong = faults("discord", an_edition_of(Random(1)))

The texts mix hostile markup of both platforms, characters that limits count once and
readers another time, every script, lines of 50,000 characters, and addresses that look
like others. Faults are named by kind: a body that the platform rejects (the limits
tables, and Discord's own schema where it is available), a ping, a link named after
another host than its own, words that became markup, a truncated quote.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Literal
from urllib.parse import urlsplit

from bot.delivery.attempts import render_as_links
from bot.i18n.translation import Texts
from bot.model import (
    Block,
    Control,
    ControlMenu,
    Document,
    FactTable,
    Form,
    FormField,
    ListItem,
    MenuOption,
    MessagePart,
    Paragraph,
    Preformatted,
    QuoteBlock,
    RenderedEdition,
    Reply,
    SmallPrint,
    StoredEdition,
)
from bot.platforms.common.edition_text import format_quote
from bot.platforms.discord import forms, messages, replies
from bot.platforms.discord.render import render as discord_render
from bot.platforms.slack import forms as slack_forms
from bot.platforms.slack import messages as slack_messages
from bot.platforms.slack import replies as slack_replies
from bot.platforms.slack.forms import FormContext
from bot.platforms.slack.messages import NO_PARSING
from bot.platforms.slack.render import render as slack_render
from bot.platforms.slack.responses import build_visibility
from digests.types import (
    ALL_SECTIONS,
    BriefStory,
    Dispute,
    Edition,
    EditionFigure,
    EditionStory,
    Headline,
    QuoteCard,
    Sections,
    Sentence,
    Span,
)
from tests.bot.platforms.discord import hostile
from tests.bot.platforms.local import hostile as local_hostile
from tests.bot.platforms.local.samples import (
    BRIDGE,
    HERO,
    a_context,
    a_delivery,
    a_figure,
    a_ref,
    a_story,
    an_edition,
)
from tests.bot.platforms.slack import hostile as slack_hostile
from tests.wire.discord import answer_rules, rules, schema
from tests.wire.discord.markdown import read
from tests.wire.slack import rules as slack_rules

Kind = Literal["refused", "pings", "lying link", "markup", "cut quote"]
KINDS: tuple[Kind, ...] = ("refused", "pings", "lying link", "markup", "cut quote")
Fault = tuple[Kind, str]
LONG = 50_000
SPANS = (Span(start=0, end=1),)
KEY = "abcdefghijklmnopqrstuvwx2"

#: Characters that one limit counts once and another twice, or many times.
WIDE = (
    "👩‍👩‍👧‍👦",
    "👩🏽‍🚀",
    "🇩🇪🇫🇷",
    "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "❤️‍🔥",
    "1️⃣",
    "é",
    "e\u0301\u0302\u0303",
    "𝔘",
    "\u200d",
    "\u200b",
    "ﷺ",
    "क्षि",
    "ก็็็็็็",
    "Z̸̡̨̛a̵l̷g̶o̴",
    "ẞ",
    "ﬁ",
    "\u00ad",
    "\u2028",
    "\u3000",
)
SCRIPTS = (
    "ハーリン港の橋は火曜日に閉鎖された。",
    "「試験が終わるまで再開しない」と技師は述べた。",
    "大桥因发现裂缝而关闭。",
    "다리가 폐쇄되었다.",
    "أُغلق جسر الميناء يوم الثلاثاء بعد اكتشاف شرخ.",
    "قال «لن نعيد فتحه» المهندس.",
    "הגשר נסגר ביום שלישי.",
    "Мост закрыли во вторник.",
    "Η γέφυρα έκλεισε.",
    "สะพานถูกปิด",
    "पुल बंद कर दिया गया।",
    "Die Brücke wurde „sofort“ gesperrt.",
    "Le pont est « fermé ».",
    "The harbour bridge was closed on Tuesday.",
    "plain words",
    "42 %",
    "a\tb",
    "one\ntwo\n\nthree",
)
ADDRESSES = (
    "https://news.example/a?b=1&c=2#d",
    "http://news.example",
    "https://good.example@evil.example/",
    "https://good.example%40evil.example/",
    "https://good.example\\@evil.example/x",
    "https://evil.example/https://good.example/",
    "https://аррӏе.example/",
    "https://bücher.example/ä",
    "https://good.example.evil.example/",
    "https://evil.example?good.example",
    "https://evil.example#@good.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "//evil.example/x",
    "https://",
    "https://[::1]:8080/x",
    "https://evil.example:443/|good.example>",
    "https://evil.example/)[good.example](https://good.example",
    "https://evil.example/>|good.example",
    "https://evil.example/ a",
    "https://evil.example/\n@everyone",
    "https://good。example/x",
    "https://ｅvil.example/",
    "HTTPS://EVIL.EXAMPLE/A",
    "https://evil.example/%0a%3c!channel%3e",
    f"https://{'a' * 63}.{'b' * 63}.{'c' * 63}.example/",
    f"https://news.example/{'a' * 1900}",
    f"https://{'sub.' * 60}example/",
    "https://xn--80ak6aa92e.example/",
    "https://good.example\u202e/evil",
    "https://user:pass@news.example/",
    "https://news.example:99999/",
    "https://127.1/",
    "https://good.example./x",
)
LANGUAGES = ("en", "de", "fr", "ja", "ar", "zh", "ru", "fi", "", "x-klingon")
HOSTILE = (*hostile.STRINGS, *slack_hostile.STRINGS, *local_hostile.STRINGS)


# ── generators ─────────────────────────────────────────────────────────────────


def a_text(random: Random, *, long: float = 0.02) -> str:
    """A few pieces of any kind, one of them repeated, or a very long one."""
    pieces = (HOSTILE, WIDE, SCRIPTS)
    kind = random.random()
    if kind < long:
        text = "".join(_piece(random, pieces) + " " for _ in range(40))
        return (text * (LONG // len(text) + 1))[:LONG]
    if kind < 0.2:
        return _piece(random, pieces) * random.choice((2, 40, 200, 700))
    joined = random.choice(("", " ", " ", "\n"))
    return joined.join(
        _piece(random, pieces) for _ in range(random.choice((1, 2, 4, 9, 40)))
    )


def _piece(random: Random, pieces: Iterable[tuple[str, ...]]) -> str:
    return random.choice(random.choice(tuple(pieces)))


def an_address(random: Random) -> str | None:
    if random.random() < 0.1:
        return None
    address = random.choice(ADDRESSES)
    return address + _piece(random, (HOSTILE,)) if random.random() < 0.2 else address


def a_card(random: Random) -> QuoteCard:
    head = random.choice(("W", "", "“"))
    return replace(
        HERO,
        # A sentence that begins with a capital can stand alone; no two are alike.
        text=f"{head}{_mark(random)} {a_text(random)}{_mark(random)}",
        speaker=random.choice((None, a_text(random))),
        role=random.choice((None, a_text(random))),
        source=a_text(random),
        url=an_address(random),
        lang=random.choice(LANGUAGES),
    )


#: Characters of a quote in which its quotation mark is, at both ends.
_ENDS = 14


def _mark(random: Random) -> str:
    return f" {random.randrange(10**9):09}"


def a_told_story(random: Random, number: int) -> EditionStory:
    outlets = tuple(a_text(random) for _ in range(random.randrange(4)))
    ref = replace(a_ref(BRIDGE), url=an_address(random), source=a_text(random))
    return a_story(
        BRIDGE,
        id=f"s-{number:06}",
        headline=Headline(text=a_text(random)),
        summary=tuple(
            Sentence(text=a_text(random, long=0.1), spans=())
            for _ in range(random.randrange(6))
        ),
        cards=tuple(a_card(random) for _ in range(random.randrange(4))),
        articles=(ref,),
        outlets=outlets,
        matters=Sentence(text=a_text(random), spans=SPANS),
        figures=tuple(a_told_figure(random) for _ in range(random.randrange(6))),
        disputes=tuple(
            Dispute(ours=a_told_figure(random), theirs=a_told_figure(random))
            for _ in range(random.randrange(3))
        ),
    )


def a_told_figure(random: Random) -> EditionFigure:
    reported = a_figure(BRIDGE, "38-centimetre", a_text(random))
    figure = replace(reported.figure, text=a_text(random))
    return replace(reported, figure=figure, source=a_text(random))


def some_sections(random: Random) -> Sections:
    """No sections, or some of them in any order."""
    number = random.randrange(len(ALL_SECTIONS) + 1)
    return tuple(random.sample(ALL_SECTIONS, number)) or None


def an_edition_of(random: Random) -> Edition:
    """An edition with up to twelve stories, and briefs, and one large quote."""
    number = random.choice((0, 1, 3, 5, 5, 8, 12))
    brief = an_edition().brief[0]
    return an_edition(
        title=a_text(random),
        stories=tuple(a_told_story(random, n) for n in range(number)),
        hero=random.choice((None, a_card(random))),
        brief=tuple(_brief(random, brief) for _ in range(random.choice((0, 2, 15)))),
        sections=some_sections(random),
    )


def _brief(random: Random, brief: BriefStory) -> BriefStory:
    return replace(
        brief,
        headline=Headline(text=a_text(random)),
        article=replace(brief.article, url=an_address(random)),
        outlets=(a_text(random),),
    )


def a_reply_of(random: Random) -> Reply:
    """An answer with blocks of every kind."""

    def text() -> str:
        return a_text(random)

    def a_line() -> ListItem:
        return ListItem(
            title=text(),
            text=text(),
            note=text(),
            url=an_address(random),
            marks=random.choice((((0, 1),), ())),
            control=a_control(random) if random.random() < 0.4 else None,
        )

    kinds: tuple[Callable[[], Block], ...] = (
        lambda: Paragraph(text=text()),
        lambda: Preformatted(text=text()[:1500]),
        lambda: Document(
            name=f"{random.random()}.toml", text=text() * random.choice((1, 20))
        ),
        lambda: SmallPrint(text=text()),
        a_line,
        lambda: QuoteBlock(card=a_card(random)),
        lambda: RenderedEdition(
            parts=(MessagePart(key="1", payload={}, fallback_text=text()),)
        ),
        lambda: FactTable(rows=tuple((text(), text()) for _ in range(3))),
    )
    controls = tuple(a_control(random) for _ in range(random.randrange(7)))
    menus = tuple(a_menu(random) for _ in range(random.choice((0, 0, 1, 4))))
    return Reply(
        title=text(),
        blocks=tuple(random.choice(kinds)() for _ in range(random.choice((1, 4, 12)))),
        controls=controls,
        menus=menus,
        in_place=random.random() < 0.5,
        problem=random.random() < 0.2,
    )


def a_control(random: Random) -> Control:
    """A button; several of a reply may have one id."""
    control = f"v1:why:s-{random.randrange(12)}"
    return Control(id=control, label=a_text(random), primary=random.random() < 0.2)


def a_menu(random: Random) -> ControlMenu:
    """A menu of up to more options than a platform takes, some with one id."""
    number = random.choice((1, 5, 25, 40))
    options = (
        MenuOption(
            id=f"v1:set:d{random.randrange(60)}:{'x' * random.choice((1, 40, 95))}",
            label=a_text(random),
            note=random.choice(("", a_text(random))),
        )
        for _ in range(number)
    )
    return ControlMenu(label=a_text(random), options=tuple(options))


def a_form_of(random: Random) -> Form:
    """A form of a command, or of a control."""
    fields = (
        FormField(
            name=f"field-{number}",
            label=a_text(random),
            description=a_text(random),
            value=a_text(random),
            error=random.choice(("", a_text(random))),
            required=random.random() < 0.5,
            lines=random.random() < 0.5,
            choices=tuple(
                f"{n} {a_text(random)}" for n in range(random.choice((0, 30)))
            ),
        )
        for number in range(random.randrange(1, 6))
    )
    control = f"v1:set:d1:{'x' * random.choice((1, 80))}:abcdefgh"
    return Form(
        path="newsdesk set",
        title=a_text(random),
        fields=tuple(fields),
        control=random.choice(("", control)),
    )


# ── faults ─────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class _Told:
    """One body, and the text expected in it."""

    body: Mapping[str, Any]
    quotes: tuple[str, ...]
    edit: bool = False
    #: Whether it is a reply.
    reply: bool = False


def faults(platform: Literal["discord", "slack"], edition: Edition) -> list[Fault]:
    """Every fault of the edition's messages, in each form they can take."""
    render = {"discord": discord_render, "slack": slack_render}[platform]
    quotes = tuple(map(_of, _cards(edition)))
    parts = render(edition, a_context())
    wrong: list[Fault] = []
    for part in parts:
        for reported in _forms(platform, part, edition, quotes):
            wrong += _CHECKS[platform](reported)
    return wrong + faults_of_reply(
        platform, Reply(blocks=(RenderedEdition(parts=parts),)), quotes
    )


def faults_of_reply(
    platform: Literal["discord", "slack"], reply: Reply, quotes: tuple[str, ...] = ()
) -> list[Fault]:
    """Every fault of a reply's messages."""
    texts = Texts.of("en")
    quotes += tuple(_of(b.card) for b in reply.blocks if isinstance(b, QuoteBlock))
    if platform == "discord":
        bodies: Iterable[Mapping[str, Any]] = replies.render_reply(reply, texts)
    else:
        bodies = [
            {**body, **build_visibility(), **NO_PARSING}
            for body in slack_replies.render_reply(reply, texts)
        ]
    return [
        fault
        for body in bodies
        for fault in _CHECKS[platform](_Told(body=body, quotes=quotes, reply=True))
    ]


def faults_of_form(platform: Literal["discord", "slack"], form: Form) -> list[Fault]:
    """Why the platform rejects the form, as a modal or as a message."""
    texts = Texts.of("en")
    wrong: list[rules.Complaint] = []
    if platform == "discord":
        body = {"type": answer_rules.OPEN, "data": forms.render_modal(form, texts)}
        wrong += answer_rules.callback(answer_rules.COMMAND, body)
        wrong += schema.complaints("ModalInteractionCallbackRequest", body)
        wrong += answer_rules.message(forms.render_form_message(form, "a-draft", texts))
    else:
        wrong += slack_rules.view(slack_forms.render_form(form, FormContext(), texts))
        said = slack_forms.render_form_message(form, "a-draft", texts)
        wrong += slack_rules.response({**said, **build_visibility()})
    return [("refused", f"{path}: {sentence}") for path, sentence in wrong]


def _cards(edition: Edition) -> Iterator[QuoteCard]:
    if edition.hero is not None:
        yield edition.hero
    for story in edition.stories:
        yield from story.cards


def _forms(
    platform: str, part: MessagePart, edition: Edition, quotes: tuple[str, ...]
) -> Iterator[_Told]:
    """As posted and as edited: rendered in full, in plain words, and as links."""
    delivery = a_delivery(
        platform=platform,
        key=KEY,
        payload=part.payload,
        fallback_text=part.fallback_text,
    )
    plainer = (
        replace(delivery, payload={}, fallback_level=1),
        render_as_links(replace(delivery, fallback_level=2), _issue(edition)),
    )
    for form in (delivery, *plainer):
        if platform == "discord":
            yield _Told(body=messages.build_post_body(form), quotes=quotes)
            yield _Told(body=messages.build_edit_body(form), quotes=quotes, edit=True)
        else:
            body = slack_messages.build_post_body(form)
            yield _Told(body={"channel": "C1", **body}, quotes=quotes)
            body = {
                "channel": "C1",
                "ts": "1.1",
                **slack_messages.build_edit_body(form),
            }
            yield _Told(body=body, quotes=quotes, edit=True)


def _issue(edition: Edition) -> StoredEdition:
    return StoredEdition(
        id=1,
        public_id="e-aaaaaa",
        workspace_id=1,
        digest_id=1,
        occurrence_id=1,
        edition=edition,
        manifest="",
    )


# ── Discord ────────────────────────────────────────────────────────────────────

_PINGS = frozenset({"mention"})
#: The markup of our own renderer.
_OURS = frozenset({"heading", "small", "quote", "strong", "list", "link", "code"})


def _on_discord(reported: _Told) -> list[Fault]:
    body = reported.body
    wrong: list[Fault] = [
        ("refused", f"{path}: {sentence}") for path, sentence in _refused(reported)
    ]
    if body.get("allowed_mentions") != {"parse": []}:
        wrong.append(("pings", "mentions are allowed"))
    components = body.get("components") or ()
    displays = [n["content"] for _, n in rules.walk(components) if n["type"] == 10]
    plain = str(body.get("content") or "")
    for display in (*displays, plain):
        wrong += _alive(
            read(display).live, ours=_OURS if display != plain else {"link"}
        )
    shown = [quote for display in displays for quote in _quoted_in(display)]
    wrong += [
        ("cut quote", quote[:80]) for quote in shown if quote not in reported.quotes
    ]
    return [*wrong, *_cut(read(plain).words, reported.quotes)]


def _refused(reported: _Told) -> list[rules.Complaint]:
    if reported.reply:
        name = "IncomingWebhookInteractionRequest"
        found = answer_rules.message(reported.body)
    else:
        name = "MessageEditRequestPartial" if reported.edit else "MessageCreateRequest"
        found = rules.message(reported.body, edit=reported.edit)
    return found + schema.complaints(name, reported.body)


def _alive(live: Iterable[tuple[str, str]], ours: Iterable[str]) -> Iterator[Fault]:
    for kind, said in live:
        if kind in _PINGS:
            yield "pings", said
        elif kind == "link":
            label, _, target = said.partition(" → ")
            yield from _lying(label, target)
        elif kind not in ours or (kind == "heading" and said not in {"##", "###"}):
            yield "markup", f"{kind}: {said[:80]}"


def _quoted_in(display: str) -> Iterator[str]:
    """Each block quote's words; untrusted characters at a line's start are escaped."""
    lines: list[str] = []
    if display.startswith("```"):
        return
    for line in [*display.split("\n"), ""]:
        if line.startswith("> "):
            lines.append(line.removeprefix("> "))
        elif lines:
            yield read("\n".join(lines)).words
            lines = []


# ── Slack ──────────────────────────────────────────────────────────────────────


def _on_slack(reported: _Told) -> list[Fault]:
    body = reported.body
    if reported.reply:
        found = slack_rules.response(
            {k: v for k, v in body.items() if k not in NO_PARSING}
        )
    else:
        found = slack_rules.message(body, edit=reported.edit)
    wrong: list[Fault] = [("refused", f"{path}: {said}") for path, said in found]
    if body.get("link_names") is not False or body.get("parse") != "none":
        wrong.append(("pings", "names are looked for"))
    nodes = list(_nodes(list(body.get("blocks") or ())))
    wrong += [fault for node in nodes for fault in _in_node(node)]
    shown = [_spoken(n) for n in nodes if n.get("type") == "rich_text_quote"]
    wrong += [
        ("cut quote", quote[:80]) for quote in shown if quote not in reported.quotes
    ]
    text = str(body.get("text") or "")
    for line in text.split("\n"):
        if line.startswith("<"):
            wrong += _marked_up(line)
        elif "<" in line or ">" in line:
            wrong.append(("markup", line[:80]))
    unescaped = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return [*wrong, *_cut(unescaped, reported.quotes)]


def _spoken(quote: Mapping[str, Any]) -> str:
    return _lines("".join(piece["text"] for piece in quote["elements"]))


def _in_node(node: Mapping[str, Any]) -> Iterator[Fault]:
    match node.get("type"):
        case "mrkdwn":
            yield from _marked_up(node["text"])
        case "link":
            yield from _lying(node["text"], node["url"])
        case "user" | "usergroup" | "broadcast" | "channel" | "emoji" | "date":
            yield "pings", str(node)[:80]
    if node.get("emoji", False):
        yield "markup", "signs between colons become pictures"


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from _nodes(inner)


def _marked_up(text: str) -> Iterator[Fault]:
    """A text that is read as markup holds one link, and nothing else."""
    target, bar, label = text.removeprefix("<").removesuffix(">").partition("|")
    if not (bar and text.startswith("<") and text.endswith(">")) or "<" in text[1:]:
        yield "markup", text[:80]
    elif target.startswith(("!", "@", "#")):
        yield "pings", text[:80]
    else:
        yield from _lying(label, target.replace("&amp;", "&"))


# ── both ───────────────────────────────────────────────────────────────────────


def _lying(label: str, target: str) -> Iterator[Fault]:
    """A link's name is its host as the network reads it, without anything hidden."""
    odd = any(sign in target for sign in "\\ \t\n<>|") or not target.isascii()
    try:
        parts = urlsplit(target)
        honest = label == parts.netloc and label.isascii() and "@" not in label
    except ValueError:
        honest = False
    if odd or not honest or parts.scheme not in {"http", "https"}:
        yield "lying link", f"{label} → {target[:80]}"


def _of(card: QuoteCard) -> str:
    """The quote as it has to be shown."""
    return _lines(format_quote(card))


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _cut(words: str, quotes: Iterable[str]) -> Iterator[Fault]:
    """A quote that begins in plain words must also end there, on the same line."""
    for quote in quotes:
        whole = " ".join(quote.split())
        begun, ended = whole[:_ENDS], whole[-_ENDS:]
        if (begun in words or ended in words) and whole not in words:
            yield "cut quote", f"in plain words: {whole[:80]}"


_CHECKS: Mapping[str, Callable[[_Told], list[Fault]]] = {
    "discord": _on_discord,
    "slack": _on_slack,
}
