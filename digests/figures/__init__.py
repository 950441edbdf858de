"""Figures of a text: numbers with their unit, label and sentence."""
