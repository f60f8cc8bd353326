"""The dialer: the next of 100,000 leads, what lists cost, how soon it acts and people hear each other."""
