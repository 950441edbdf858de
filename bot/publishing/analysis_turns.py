"""Analyse the articles of an edition in short turns, before it is composed.

Composing is one call of the engine, which others wait for. Nearly all of its time would
go into the analysis of the articles: half a minute for five hundred long ones.
"""

import time
from collections.abc import Sequence
from datetime import datetime

from bot.ingest.storing import TURN_SECONDS
from bot.model import Digest
from bot.ports import Engine
from bot.publishing.edition_inputs import (
    EditionInputs,
    build_edition_style,
    compose_inputs,
)
from digests.analysis import AnalyseArticle
from digests.compose import list_wanted
from digests.types import Article, ArticleAnalysis, Edition, EditionStyle


async def compose_in_turns(
    engine: Engine,
    inputs: EditionInputs,
    digest: Digest,
    now: datetime,
    read: AnalyseArticle,
) -> Edition:
    """Analyse in turns, then compose the edition of the digest from these inputs.

    `read` analyses one article; it is used in the engine's thread only.
    """
    own = engine.of_workspace(digest.workspace_id)
    known = await analyse_in_turns(own, inputs, digest, now, read)
    return await own.run(compose_inputs, inputs, digest, now, known)


async def analyse_in_turns(
    engine: Engine,
    inputs: EditionInputs,
    digest: Digest,
    now: datetime,
    read: AnalyseArticle,
) -> AnalyseArticle:
    """Analyse what the composing of these inputs needs.

    Args:
        engine: That of the workspace.
        inputs: As they were loaded.
        digest: The digest.
        now: The present instant.
        read: Analyses one article; used in the engine's thread only.

    Returns:
        `read`, for the same articles without another analysis.
    """
    style = build_edition_style(digest)
    left = await engine.run(list_wanted, inputs.fresh, style, now)
    known: dict[str, ArticleAnalysis] = {}
    while left:
        some = await engine.run(_analyse_some, left, style, read)
        known |= {one.article.id: one for one in some}
        left = left[len(some) :]

    def recall(article: Article, style: EditionStyle) -> ArticleAnalysis:
        return known.get(article.id) or read(article, style)

    return recall


def _analyse_some(
    articles: Sequence[Article], style: EditionStyle, read: AnalyseArticle
) -> list[ArticleAnalysis]:
    """Analyse articles until the turn ends; at least one."""
    begun, done = time.thread_time(), list[ArticleAnalysis]()
    for article in articles:
        done.append(read(article, style))
        if time.thread_time() - begun >= TURN_SECONDS:
            break
    return done
