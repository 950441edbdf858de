"""Quote cards: a quotation with its speaker, context, link and alt text."""
