"""The figures we hold ourselves to: each family of benchmarks measures, prints and never judges a test run.

A family is a package in here. Every module of it that has `FAMILY` and `run()` is a benchmark; `run()` gives
results as `bench.result.Result`. Each family has a control run that must miss its goal.
"""
