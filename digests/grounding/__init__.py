"""The gate: drops shown words that do not stand in their source, and checks claims."""
