"""What a verdict costs, beside the build before; for authors, not for CI."""
