"""Living editions: posted messages are edited when their article is corrected."""
