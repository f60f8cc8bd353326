"""Pacing: simulated days of calls through the pacer that the box itself uses, and through rules to compare
it with.
"""
