"""Translations as often as pages need them: the catalogue is found once a request, not once a text."""

from __future__ import annotations

from functools import cached_property
from gettext import NullTranslations

from flask import g, has_app_context
from flask_babel import Babel, Domain

_KEPT = "_callbox_catalogue"


class _Catalogues(Domain):
    """Flask-Babel's own look-up takes 20 µs a text, most of it to write the locale's name."""

    def get_translations(self) -> NullTranslations:
        if not has_app_context():
            return NullTranslations()
        found: NullTranslations | None = g.get(_KEPT)
        if found is None:
            found = super().get_translations()
            setattr(g, _KEPT, found)
        return found


class Languages(Babel):
    """Flask-Babel with catalogues that are at hand."""

    @cached_property
    def domain_instance(self) -> Domain:
        return _Catalogues(domain=self.domain)
