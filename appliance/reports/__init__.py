"""Lists and figures for people, read from the records without disturbing the core.

Each metric is defined once, in `metrics`, with its formula and the calls behind it. Code in here reads
through `store.reader` only, writes nothing, and runs in the web process.
"""
