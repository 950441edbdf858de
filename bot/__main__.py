"""Entry point: `python -m bot` is `standfirst`."""

from bot.cli import main

if __name__ == "__main__":
    main()
