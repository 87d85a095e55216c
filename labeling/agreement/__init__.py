"""How much labelers agree: pure functions on arrays of pair signs, no framework.

``judgments`` holds the arrays, ``sums`` the additive counts every figure is made of, ``statistics``
the definitions, ``intervals`` the bootstrap, ``people`` the figures of one labeler or of two, and
``report`` puts the page together.
"""
