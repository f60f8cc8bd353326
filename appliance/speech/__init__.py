"""Voice menus: the speech worker, a program of its own (`python -m appliance.speech`) that says which of a
menu's words was spoken. It owns the models and their confidence. Code inside sees sound and words, never a
call; nothing outside imports it, and it alone may load numpy, onnxruntime and pocketsphinx. What follows from
its answers the core decides (`core/ivr/hearing.py`).
"""
