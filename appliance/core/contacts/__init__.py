"""Who calls, and what brought them: contacts as calls carry them, account numbers and PINs, call tracking.

Code in here keeps no contacts: it asks for them through `contract.contacts`, and never waits for the answer.
"""
