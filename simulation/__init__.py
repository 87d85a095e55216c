"""Simulated labelers, working through the public HTTP API only."""
