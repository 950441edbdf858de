"""What a change of one setting would do, shown before it is confirmed.

A filter is tried on the newest stored articles, sections are shown in an edition, new
sources are read once. Other settings that affect editions show the next edition with
and without the change, and one from the articles of the last seven days.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from bot.commands.access import describe_grant
from bot.commands.changes import get_previews, render_effect
from bot.commands.context import CommandContext
from bot.commands.presentation import render_article_line
from bot.commands.setting_edits import SettingRequest
from bot.commands.setting_targets import SettingsTarget
from bot.commands.sources import render_readings, try_addresses
from bot.configuration.change_preview import FilterTrial
from bot.configuration.change_steps import ConfigurationChange, grant_from_entry
from bot.configuration.settings import describe_layout
from bot.errors import FieldError
from bot.model import (
    Block,
    Digest,
    DigestOptions,
    Paragraph,
    RenderedEdition,
    Setting,
    SmallPrint,
)
from bot.publishing.planning import digest_zone
from digests.messages import Message

#: Matching articles that are shown, and new filters that are tried.
MAX_MATCHES, MAX_FILTERS = 5, 3
_WAITS = Message("New articles wait for the next edition.")
#: What follows from a setting, where no edition shows it.
_CONSEQUENCES: Final = {
    "quiet_hours": Message(
        "Editions due then are held and posted as one edition afterwards."
    ),
    "paused": _WAITS,
    "paused_until": _WAITS,
    "skip": _WAITS,
    "source_names": Message(
        "Lists use this name, and so do editions where its articles name no outlet."
    ),
    "zone": Message("Times are shown in this zone; schedules keep their own."),
    "channel": Message("What was posted in the other channel stays there."),
}


#: What each use of full texts means.
_FULL_TEXT_EFFECTS: Final = {
    "auto": Message(
        "Where the feed has only an excerpt, the article’s page is read before an "
        "edition that may show it."
    ),
    "always": Message(
        "The page of every article that an edition may show is read before it, even "
        "if the feed has the whole text."
    ),
    "never": Message("Editions use what the feed has; no page is read for them."),
}


async def render_setting_effect(
    context: CommandContext,
    target: SettingsTarget,
    setting: Setting,
    requested: SettingRequest,
    change: ConfigurationChange,
) -> list[Block | str]:
    """Render what follows from the change of a setting.

    Raises:
        FieldError: None of the new sources can be read.
    """
    digest = target.digest
    if setting.info.values == "editor":
        return _describe_grants(context, change)
    if digest is None:
        return _describe_consequence(context, setting, change)
    if setting.info.values == "filter":
        tried = await _try_filters(context, digest, setting.name, requested.added)
        return [*tried, *await render_effect(context, change)]
    if setting.name == "sources" and requested.added:
        return await _read_sources(context, digest, requested.added)
    if setting.name == "sections":
        effect = await render_effect(context, change)
        return [*effect, *await _render_layout(context, change)]
    if setting.info.affects_edition:
        return [*await render_effect(context, change)]
    return _describe_consequence(context, setting, change)


def _describe_consequence(
    context: CommandContext, setting: Setting, change: ConfigurationChange
) -> list[Block | str]:
    """Say what follows from the value, unless it is the usual one again."""
    after = (change.steps[0].after or {}).get(setting.name)
    if setting.name == "full_text":
        before = (change.steps[0].before or {}).get(setting.name, {})
        changed = [use for one, use in (after or {}).items() if use != before.get(one)]
        use = changed[0] if changed else "auto"
        return [SmallPrint(text=context.message(_FULL_TEXT_EFFECTS[use]))]
    if not after or setting.name not in _CONSEQUENCES:
        return []
    return [context.message(_CONSEQUENCES[setting.name])]


def _describe_grants(
    context: CommandContext, change: ConfigurationChange
) -> list[Block | str]:
    given = [step.after for step in change.steps if step.after is not None]
    grants = map(grant_from_entry, given)
    return [*dict.fromkeys(describe_grant(context, grant) for grant in grants)]


# ── filters, sections, sources ──────────────────────────────────────────────────


async def _try_filters(
    context: CommandContext, digest: Digest, kind: str, added: Sequence[str]
) -> list[Block]:
    blocks: list[Block] = []
    for words in added[:MAX_FILTERS]:
        trial = await get_previews(context).try_filter(digest, words)
        blocks += _render_trial(context, trial, kind, digest)
    return blocks


def _render_trial(
    context: CommandContext, trial: FilterTrial, kind: str, digest: Digest
) -> Iterator[Block]:
    """Render «It would have dropped 2 of the last 40 articles», with some of them."""
    n, of = len(trial.matching), trial.of
    if not of:
        sentence = context.say("There is no stored article to try it on yet.")
    elif kind == "exclude":
        sentence = context.say(
            "It would have dropped {n} of the last {of} articles.", n=n, of=of
        )
    else:
        sentence = context.say(
            "It would have taken {n} of the last {of} articles.", n=n, of=of
        )
    yield Paragraph(text=sentence)
    for article in trial.matching[:MAX_MATCHES]:
        yield render_article_line(context, article, digest_zone(digest))


async def _read_sources(
    context: CommandContext, digest: Digest, added: Sequence[str]
) -> list[Block | str]:
    """Read the new sources once, and show what is there."""
    had = {source.address for source in digest.all_sources}
    tried = await try_addresses(context, [one for one in added if one not in had])
    if all(one.problem for one in tried):
        problems = " ".join(
            f"{one.shown}: {context.message(one.problem)}" for one in tried[:3]
        )
        raise FieldError("{problems}", problems=problems, field="sources")
    return [*render_readings(context, tried, digest_zone(digest))]


async def _render_layout(
    context: CommandContext, change: ConfigurationChange
) -> list[Block]:
    """Render the layout of the next edition, and an edition to see it in."""
    (step,) = change.steps
    after = DigestOptions.from_stored(step.after)
    if after.sections is None and not (step.before or {}).get("sections"):
        return []
    description = Paragraph(text=describe_layout(after, context.texts))
    sketch = await get_previews(context).preview_layout(change.workspace, step)
    if sketch is None or not sketch.parts:
        return [description]
    label = context.small_print("The next edition would look like this, as things are:")
    if sketch.posted:
        label = context.small_print(
            "Nothing is new right now. The last edition would look like this:"
        )
    return [description, label, RenderedEdition(parts=sketch.parts)]
