"""What happens to the pages of the site while MkDocs builds it."""
