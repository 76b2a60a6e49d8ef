"""What a paper prints: plain values, frozen by an act. One module per subject."""
