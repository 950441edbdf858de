"""The local page: channels in the browser, without an account."""
