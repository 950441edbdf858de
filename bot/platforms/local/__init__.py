"""The local page: channels in the browser, without any account."""
