"""Every save of the settings: who, when, what changed, and the way back."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webui.box import box

versions = Blueprint("versions", __name__, url_prefix="/setup/versions")


@versions.get("")
def listed() -> ResponseReturnValue:
    """The kept versions, newest first."""
    return render_template(
        "setup/versions.html", here="setup", tab="versions", versions=box().client.versions()
    )


@versions.post("/<int:number>/restore")
def restore(number: int) -> ResponseReturnValue:
    """Go back to an old version, as a new one. The admin's password stays the one of now."""
    client = box().client
    password, one_time = client.admin_hash()
    client.restore_settings(number, "admin")
    if not one_time and client.admin_hash()[0] != password:
        client.set_admin_password(password, "admin")
    box().forget()
    flash(_("The settings of version %(number)s are in force again.", number=number))
    return redirect(url_for("versions.listed"), 303)
