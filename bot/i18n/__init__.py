"""Messages, dates and numbers in the reader's language; the catalogues."""
