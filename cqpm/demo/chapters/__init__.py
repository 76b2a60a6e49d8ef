"""The chapters of the demonstration: each a function of the story, told in the order of `story.CHAPTERS`."""
