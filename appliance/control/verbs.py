"""Every verb of the control socket: its arguments checked, its handler called, its answer as plain JSON."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from appliance.config.schema import Settings, dump, load
from appliance.contract.errors import NetworkError, StoreError
from appliance.control.arguments import Arguments, inside, invalid
from appliance.control.care_verbs import CareVerbs
from appliance.control.desk_verbs import DeskVerbs
from appliance.control.dialer import DialVerbs
from appliance.control.handlers import CertificateAccess, ControlHandlers
from appliance.control.leads import LeadVerbs
from appliance.control.lists import ListVerbs
from appliance.control.messages import Verb
from appliance.control.talk import TalkVerbs

Json = dict[str, Any]
_LONGEST_TEXT = 2000
_LONGEST_SCRIPT = 10_000


class Verbs:
    """All verbs; `do` is the one way in."""

    def __init__(self, handlers: ControlHandlers) -> None:
        self._core = handlers
        self._saving = asyncio.Lock()
        self._verbs: dict[Verb, Callable[[Arguments], Awaitable[Json]]] = {
            Verb.LIVE: self._live,
            Verb.SETTINGS_GET: self._settings_get,
            Verb.SETTINGS_SAVE: self._settings_save,
            Verb.SETTINGS_VERSIONS: self._settings_versions,
            Verb.SETTINGS_RESTORE: self._settings_restore,
            Verb.PROMPT_UPLOAD: self._prompt_upload,
            Verb.PROMPT_PREVIEW: self._prompt_preview,
            Verb.AGENT_STATUS: self._agent_status,
            Verb.CALL_RELEASE: self._call_release,
            Verb.FLOW_TRY: self._flow_try,
            Verb.TRUNK_RESET: self._trunk_reset,
            Verb.TRUNK_FAULTS: self._trunk_faults,
            Verb.ADMIN_HASH: self._admin_hash,
            Verb.ADMIN_PASSWORD: self._admin_password,
            Verb.ADMIN_CODE_USED: self._admin_code_used,
            Verb.LINES_FOUND: self._lines_found,
            Verb.BOX_RESET: self._box_reset,
            Verb.CERTIFICATE_GET: self._certificate_get,
            Verb.CERTIFICATE_SET: self._certificate_set,
            Verb.CERTIFICATE_UNDO: self._certificate_undo,
            Verb.VERSION: self._version,
        }
        self._care = CareVerbs(handlers)
        self._desk = DeskVerbs(handlers)
        self._talk = TalkVerbs(handlers.talk)
        self._lists = ListVerbs(handlers.lists, handlers.spool)
        self._leads = LeadVerbs(handlers.leads)
        self._dialer = DialVerbs(handlers.dialer, handlers.rehearse)

    async def do(self, verb: Verb, arguments: Mapping[str, Any]) -> Json:
        """Do one verb; gives its answer. Raises CallboxError."""
        given = Arguments(arguments)
        if verb in self._verbs:
            return await self._verbs[verb](given)
        if verb in self._talk.verbs:
            return self._talk.do(verb, given)
        if verb in self._lists.verbs:
            return await self._lists.do(verb, given)
        if verb in self._leads.verbs:
            return await self._leads.do(verb, given)
        if self._dialer.has(verb):
            return await self._dialer.do(verb, given)
        return await (self._desk.do(verb, given) if verb in self._desk.verbs else self._care.do(verb, given))

    async def _live(self, _: Arguments) -> Json:
        return dict(self._core.live())

    async def _settings_get(self, _: Arguments) -> Json:
        version, settings = await self._current()
        return {"version": version, "settings": dump(settings), "trouble": self._core.trouble()}

    async def _settings_save(self, given: Arguments) -> Json:
        version, who = given.number("version"), given.text("who", 60)
        settings = load(given.anything("settings"))
        return {"version": await self._save(settings, who, version)}

    async def _settings_versions(self, _: Arguments) -> Json:
        kept = await asyncio.to_thread(self._core.settings.versions)
        rows = [
            {"version": one.number, "when": one.when, "who": one.who, "summary": one.summary} for one in kept
        ]
        return {"versions": rows}

    async def _settings_restore(self, given: Arguments) -> Json:
        number, who = given.number("version"), given.text("who", 60)
        async with self._saving:
            version, settings = await asyncio.to_thread(self._core.settings.restore, number, who)
            self._core.apply(settings)
        return {"version": version}

    async def _prompt_upload(self, given: Arguments) -> Json:
        path = inside(self._core.spool, given.text("path", 1000))
        upload, seconds = await asyncio.to_thread(self._core.upload, path)
        return {"upload": upload, "seconds": seconds}

    async def _prompt_preview(self, given: Arguments) -> Json:
        text, language = given.text("text", _LONGEST_TEXT), given.text("language", 20)
        return {"path": str(await asyncio.to_thread(self._core.preview, text, language))}

    async def _agent_status(self, given: Arguments) -> Json:
        self._core.set_agent_status(
            given.text("agent", 20),
            given.text("status", 20),
            given.optional("pause_code", 40),
            given.optional("handset", 20),
        )
        return {}

    async def _call_release(self, given: Arguments) -> Json:
        self._core.release_call(given.text("call", 64))
        return {}

    async def _flow_try(self, given: Arguments) -> Json:
        settings, flow = load(given.anything("settings")), given.text("flow", 40)
        script = given.anything("script")
        if not isinstance(script, str) or len(script) > _LONGEST_SCRIPT:
            raise invalid("script", f"A script of at most {_LONGEST_SCRIPT} characters is needed here.")
        lines = await asyncio.to_thread(self._core.try_flow, settings, flow, script)
        return {"lines": [dict(line) for line in lines]}

    async def _trunk_reset(self, given: Arguments) -> Json:
        self._core.reset_trunk(given.text("trunk", 64))
        return {}

    async def _trunk_faults(self, given: Arguments) -> Json:
        return {"black_box": list(self._core.black_box(given.text("trunk", 64)))}

    async def _admin_hash(self, _: Arguments) -> Json:
        _version, settings = await self._current()
        return {"hash": settings.web.admin_hash, "one_time": settings.web.admin_one_time}

    async def _admin_password(self, given: Arguments) -> Json:
        hashed, who = given.text("hash"), given.text("who", 60)
        if not hashed.startswith("$argon2id$"):
            raise invalid("hash", "An argon2id hash is needed here.")
        version, settings = await self._current()
        settings.web.admin_hash = hashed
        settings.web.admin_one_time = given.anything("one_time") is True
        settings.web.admin_code_used = False
        await self._save(settings, who, version)
        return {}

    async def _admin_code_used(self, _: Arguments) -> Json:
        version, settings = await self._current()
        settings.web.admin_code_used = True
        await self._save(settings, "Callbox", version)
        return {}

    async def _lines_found(self, _: Arguments) -> Json:
        return {"found": [dict(one) for one in await asyncio.to_thread(self._core.lines_found)]}

    async def _box_reset(self, given: Arguments) -> Json:
        what = given.text("what", 20)
        if what not in ("settings", "everything"):
            raise invalid("what", "It is settings or everything.")
        self._core.reset(what)
        return {}

    async def _certificate_get(self, _: Arguments) -> Json:
        access = self._core.certificate
        return {"certificate": await asyncio.to_thread(access.shown) if access is not None else None}

    async def _certificate_set(self, given: Arguments) -> Json:
        path = inside(self._core.spool, given.text("path", 1000))
        return {"certificate": await asyncio.to_thread(self._certificate().adopt, path)}

    async def _certificate_undo(self, _: Arguments) -> Json:
        return {"certificate": await asyncio.to_thread(self._certificate().undo)}

    def _certificate(self) -> CertificateAccess:
        if self._core.certificate is None:
            raise NetworkError("This box serves no HTTPS, so it has no certificate.")
        return self._core.certificate

    async def _version(self, _: Arguments) -> Json:
        return {"version": self._core.version}

    async def _current(self) -> tuple[int, Settings]:
        found = await asyncio.to_thread(self._core.settings.current)
        if found is None:
            raise StoreError("There are no settings yet.")
        return found

    async def _save(self, settings: Settings, who: str, version: int) -> int:
        """Save, then apply, one at a time: what the core goes by is always the newest version."""
        async with self._saving:
            self._core.check(settings)
            number = await asyncio.to_thread(self._core.settings.save, settings, who, version)
            self._core.apply(settings)
        return number
