"""The launcher: everything between a fresh clone and a running Concord.

It runs before anything is installed, so it imports the standard library only.
"""
