"""The gate: drops shown words that are not in their source, and checks claims."""
