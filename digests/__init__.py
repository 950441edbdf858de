"""The composer: articles in, an edition out. Knows no chat, no database and no clock."""
