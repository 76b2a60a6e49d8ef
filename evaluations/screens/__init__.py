"""What a page or a fragment shows: rows turned into words, glyph kinds and ticks. One module per subject."""
