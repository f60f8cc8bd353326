"""The dialer: the next of 100,000 leads and what the lists cost, the floor's decisions, and how soon people hear
each other."""
