"""How well menus hear: made-up voices and prompt speakers through a telephone; no real callers were heard."""
