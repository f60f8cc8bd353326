"""Every reason of the gate and of the look before a campaign is a sentence, in each language."""

from __future__ import annotations

import pytest

from appliance.contract.dialling import Why
from appliance.core.dialer.launch import Missing
from tests.web.site import Site
from webui import dialer_words

ARGUMENTS = {
    Why.CAP: ("number", "day", "3", "2"),
    Why.HOURS: ("Europe/Berlin", "2026-03-02 21:00", "law"),
    Why.BLOCKED: ("own", "", "+4930123456", "2026-03-02"),
    Why.CALLER_ID: ("withheld",),
}


@pytest.mark.parametrize("language", ["en", "de", "es"])
def test_every_code_has_its_words(pages: Site, language: str) -> None:
    with pages.app.test_request_context("/", headers={"Accept-Language": language}):
        said = [dialer_words.refusal(why.value, ARGUMENTS.get(why, ("AA", "BB", "CC"))) for why in Why]
        said += [dialer_words.missing(what.value, ("AA", "BB")) for what in Missing]
    assert all(sentence.endswith((".", ".)")) and " " in sentence for sentence in said), said
    assert not any("%(" in sentence for sentence in said)


def test_the_languages_differ_and_a_newer_code_is_shown_as_it_stands(pages: Site) -> None:
    cap = ("lead", "week", "3", "2")
    said = {}
    for language in ("en", "de", "es"):
        with pages.app.test_request_context("/", headers={"Accept-Language": language}):
            said[language] = dialer_words.refusal("cap", cap)
            assert dialer_words.refusal("from_the_future", ("1",)) == "from_the_future 1"
    assert said["en"] == "This person was dialled 3 times within 7 days; 2 are allowed."
    assert said["de"] == "Diese Person wurde innerhalb von 7 Tagen 3-mal angewählt; 2 sind erlaubt."
    assert said["es"] == "Esta persona se marcó 3 veces en 7 días; se permiten 2."
