"""Going back to an older version of the settings."""

from __future__ import annotations

from pathlib import Path

from appliance.config.defaults import defaults
from appliance.store.settings import SettingsStore


def test_an_old_admin_password_does_not_come_back(tmp_path: Path) -> None:
    store = SettingsStore(tmp_path / "settings.json")
    settings = defaults()
    settings.web.admin_hash, settings.box.name = "the old hash", "Old name"
    store.save(settings, "admin", 0)
    settings.web.admin_hash, settings.box.name = "the new hash", "New name"
    store.save(settings, "admin", 1)
    number, restored = store.restore(1, "admin")
    store.close()
    assert (number, restored.box.name, restored.web.admin_hash) == (3, "Old name", "the new hash")
