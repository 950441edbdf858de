"""`python -m bot` is `standfirst`; nothing else is here."""

from bot.cli import main

if __name__ == "__main__":
    main()
