"""Articles to stories: same text, same event, timeline; filters of articles."""
