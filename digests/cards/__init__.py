"""Quote cards: a quotation made ready to show, with its context, link and alt text."""
