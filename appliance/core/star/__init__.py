"""What a handset asks of the box by star code: spoken menus and services for people without a screen.

Code in here speaks with one handset and asks the desk and the roster to do things; it decides nothing about
other people's calls itself.
"""
