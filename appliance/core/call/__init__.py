"""Legs and calls: what is connected to what, and how an outside line is found, dialled and given back.

Code in here knows lines and parties, but neither menus nor queues: `core.routing` brings those to it.
"""
