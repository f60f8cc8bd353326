"""The whole box: memory, idle processor time, and how soon after its start it answers."""
