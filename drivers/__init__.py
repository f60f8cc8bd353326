"""The hands of the box: one package a kind of line, each the only owner of its devices.

A driver turns a device's dialogue into the contract's events and the contract's methods into commands. Code
in here knows the contract and its own libraries only: no other driver, no core, no media, no settings schema.
Whatever a device says is foreign: parsers are total, and no device can raise past its driver or keep a caller
waiting.
"""
