"""`python -m digests VERB …` runs `digests.cli`.

    python -m digests compose seeds/articles
    python -m digests quotes ARTICLE.txt --explain
    python -m digests compose https://news.example/feed.xml
    python -m digests summary --jsonl --chars 280 < in.jsonl > out.jsonl

Exit codes: 0 ok · 1 an input could not be read · 2 usage. Data goes to stdout, problems
with the input to stderr, one sentence each.
"""

import sys
from typing import NoReturn

from digests.cli import main


def run_cli() -> NoReturn:
    """Run the command line and exit with its code."""
    sys.exit(main())


if __name__ == "__main__":
    run_cli()
