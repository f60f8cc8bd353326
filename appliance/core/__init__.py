"""What happens to calls: legs, calls, the menu, the queue, agents, and the record of it all.

This room owns every decision about a call and nothing else. It takes contract events and clock ticks on
one thread and gives commands; code in here does no I/O, starts no thread, knows no clock but the injected
one, and imports only `appliance.contract` and pure data (phonenumbers).
A whole day of calls runs in a second.
"""
