"""Sources to stored revisions, quotes, figures and stories."""
