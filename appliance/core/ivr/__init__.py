"""What a caller hears and keys before a person answers: greeting, menu, announcements, opening hours.

Code in here decides on a `Choice` and hands it back; it knows no queue and no agent.
"""
