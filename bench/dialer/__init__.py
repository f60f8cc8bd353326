"""The dialer at 100,000 leads: how long the next lead takes to choose, and what the lists cost in memory."""
