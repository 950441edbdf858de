"""Quotations of an article: their spans, and who said them."""
