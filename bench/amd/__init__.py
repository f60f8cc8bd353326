"""How well persons are told from machines: made-up calls of voices and words that training never heard.

No real answered call is in here; every figure says how the box fares on calls made by `calls.py`.
"""
