"""What a caller hears and keys before a person answers: flows, announcements, opening hours.

Code in here hands the caller on through `Doors` (a `Choice` and the way back); it knows no queue and no
agent. `walk` is the engine, `ask` the questions, `act` the nodes that take no time, `lookup` those that ask
elsewhere. It does no I/O: who is calling and what others know is asked through `contract.services`.
"""
