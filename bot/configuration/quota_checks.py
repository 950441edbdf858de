"""Compare what a change adds with the quotas of its workspace.

A workspace that has more than a new, lower limit keeps what it has, and may change and
remove it; it cannot add. The workspace is locked when its current settings are loaded
for a change, so that no two changes count the same free storage.
"""

from collections.abc import Iterator, Sequence
from functools import reduce
from typing import Final

from bot.configuration.change_steps import (
    ChangeStep,
    CurrentSettings,
    StepProblem,
)
from bot.errors import FieldError
from bot.model.quotas import QuotaName, Quotas, QuotaUse
from digests.messages import Message

#: What is counted, as a sentence begins with it.
_LABELS: Final = {
    "sources": Message("Sources of this workspace"),
    "digests": Message("Digests of this workspace"),
    "personal_digests": Message("Readers with a digest of their own"),
}


def find_quota_problems(
    before: CurrentSettings, steps: Sequence[ChangeStep], quotas: Quotas
) -> Iterator[StepProblem]:
    """Find the quotas that checked steps exceed, each at the first step that adds."""
    for had, use in _list_grown(before, steps, quotas):
        if not use.limit or use.used <= use.limit:
            continue
        adding = next(step for step in steps if _adds(step, use.name))
        problem = FieldError(
            "{what}: {used} of {limit}, and this change would make it {wanted}. Remove "
            "some first, or ask the operator of this bot for a higher limit.",
            what=_LABELS[use.name],
            used=had,
            limit=use.limit,
            wanted=use.used,
            field="sources" if use.name == "sources" else "",
        )
        yield StepProblem(noun="digest", name=adding.name, problem=problem)


def list_near_quotas(
    before: CurrentSettings, steps: Sequence[ChangeStep], quotas: Quotas
) -> tuple[QuotaUse, ...]:
    """List the quotas of which steps use more, and not much is left after them."""
    grown = _list_grown(before, steps, quotas)
    return tuple(use for _, use in grown if use.is_near)


def describe_use(use: QuotaUse) -> Message:
    """Say how much of a quota is used, and what happens or can be done at its limit."""
    if use.name == "articles":
        return _describe_articles(use)
    what = _LABELS[use.name]
    if not use.is_full:
        return Message(
            "{what}: {used} of {limit}.", what=what, used=use.used, limit=use.limit
        )
    return Message(
        "{what}: {used} of {limit}; the limit is reached. To add others, remove some, "
        "or ask the operator of this bot for a higher limit.",
        what=what,
        used=use.used,
        limit=use.limit,
    )


def _describe_articles(use: QuotaUse) -> Message:
    if not use.is_full:
        return Message(
            "Stored articles: {percent} % of {limit}. At the limit, the oldest that no "
            "edition shows are deleted; new ones still arrive.",
            percent=100 * use.used // use.limit,
            limit=use.limit,
        )
    return Message(
        "Stored articles: the limit of {limit} is reached. The oldest that no edition "
        "shows are deleted, and new ones still arrive. To keep more, remove busy "
        "sources, or ask the operator of this bot for a higher limit.",
        limit=use.limit,
    )


def _list_grown(
    before: CurrentSettings, steps: Sequence[ChangeStep], quotas: Quotas
) -> Iterator[tuple[int, QuotaUse]]:
    """List the counts that steps increase: as they were, and their use after it."""
    after = reduce(CurrentSettings.after, steps, before)
    counts: dict[QuotaName, tuple[int, int, int]] = {
        "sources": (_count_sources(before), _count_sources(after), quotas.sources),
        "digests": (
            len(before.entries["digest"]),
            len(after.entries["digest"]),
            quotas.digests,
        ),
    }
    for name, (had, used, limit) in counts.items():
        if used > had:
            yield had, QuotaUse(name=name, used=used, limit=limit)


def _count_sources(settings: CurrentSettings) -> int:
    entries = settings.entries["digest"].values()
    return len({address for entry in entries for address in entry["sources"]})


def _adds(step: ChangeStep, what: QuotaName) -> bool:
    """Whether a step may add a digest, or a source to one."""
    if step.noun != "digest" or step.after is None:
        return False
    return step.before is None or (what == "sources" and bool(step.list_added(what)))
