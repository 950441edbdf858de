"""Texts that try to become more than text on Slack, and a strategy for others."""

from hypothesis import strategies as st

STRINGS = (
    "<!channel>", "<!here>", "<!everyone|all>", "<@U7001>", "<#C2001>", "<#C2001|news>",
    "<!subteam^S1|team>", "<!date^1700000000^{date}|then>", "@channel", "@here",
    "<https://evil.example|good.example>", "<https://evil.example>", "https://evil.example",
    "good.example", "<mailto:a@evil.example|mail>", "<tel:110|call>", "<slack://open|x>",
    "*bold*", "_em_", "~gone~", "`code`", "```\ncode\n```", "> quote", "&gt; quote",
    ":smile:", ":tada::tada:", "&lt;!channel&gt;", "&amp;lt;", "&", "<", ">", "<>", "|",
    "*", "_", "~", "`", "\\", "\n> quote", "\n• item", "\n1. item", "\r", "\r\n",
    "\u202e", "\u2066evil\u2069", "\U000e0041", "\u200b", "🌉" * 40, "👩‍👩‍👧‍👦",
    "港の橋", "الجسر مغلق", "é̂̃̄̅̆", "\"quoted\"", "“curly”", "A" * 700, "橋" * 400,
)  # fmt: skip

#: A few of them in a row, with plain text between.
texts = st.lists(
    st.one_of(st.sampled_from(STRINGS), st.text(max_size=8)), min_size=1, max_size=6
).map("".join)
