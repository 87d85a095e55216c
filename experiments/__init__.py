"""Training on labelers whose true preference is known: what is learned, against the truth."""
