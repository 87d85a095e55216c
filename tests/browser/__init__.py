"""The labeler's pages in a real browser: nothing lost, any text, any person, any screen."""
