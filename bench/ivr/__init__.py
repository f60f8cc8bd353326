"""The menu: how soon a caller who has pressed a key hears what comes of it."""
