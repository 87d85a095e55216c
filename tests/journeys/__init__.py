"""Journeys through the real browser, with the real services behind it."""
