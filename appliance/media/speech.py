"""The sound library: what a prompt's parts are as files, rendered once and kept by content.

Every file given out is 8 kHz mono s16 WAV. A rendered prompt is named by a hash of all that went into it,
so the same prompt is rendered once, also over restarts; the folder is a cache and may be emptied at any
time.
"""

from __future__ import annotations

import hashlib
import logging
import re
import threading
import uuid
from pathlib import Path

from appliance.contract.errors import PromptError
from appliance.contract.media import Pause, Prompt, Sound, Speech
from appliance.media import render
from appliance.media.voices import SHARED, mark, voice_of

log = logging.getLogger(__name__)

SOUND_SETS = Path("/usr/share/asterisk/sounds")  # Debian: asterisk-core-sounds-*-wav
MUSIC = Path("/usr/share/asterisk/moh")  # Debian: asterisk-moh-opsound-wav

UPLOAD_SECONDS = 600
UPLOAD_BYTES = 50 * 1024 * 1024
_RENDERING = "1"  # to be raised when rendering changes: files made before are stale then
_TEXT_MOST = 5000  # characters
_PAUSE_MOST = 60.0  # seconds
_CACHE_BYTES = 256 * 1024 * 1024
_NAME = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*", re.ASCII)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", re.ASCII)


class SoundLibrary:
    """Prompts to files. Any thread may ask; `prepare` and `adopt_upload` take their time, `resolve` does
    not.
    """

    def __init__(
        self,
        folder: Path,
        uploads: Path,
        sound_sets: Path = SOUND_SETS,
        music: Path = MUSIC,
        messages: tuple[Path, ...] = (),
        voices: tuple[Path, ...] | None = None,
    ) -> None:
        """`voices`: where Piper's may lie; beside `folder`, and the machine's own, when not said."""
        self._folder, self._uploads = folder, uploads
        self._sound_sets, self._music = sound_sets, music
        self._voices = (SHARED, folder.parent / "voices") if voices is None else voices
        self._messages = messages  # where a caller's message may lie
        self._lock = threading.Lock()  # one rendering at a time: it is heavy, and two askers want one file
        self._known: dict[Prompt, Path] = {}
        folder.mkdir(parents=True, exist_ok=True)
        uploads.mkdir(parents=True, exist_ok=True)

    def resolve(self, prompt: Prompt) -> Path | None:
        """The prompt's file when it is there already."""
        path = self._known.get(prompt)
        return path if path is not None and path.is_file() else None

    def prepare(self, prompt: Prompt) -> Path:
        """The prompt's file, rendered when need be; PromptError says what part could not be had."""
        ready = self.resolve(prompt)
        if ready is not None:
            return ready
        with self._lock:
            path = self._prompt_file(prompt)
            self._known[prompt] = path
            return path

    def adopt_upload(self, path: Path) -> tuple[str, float]:
        """Take an uploaded file in: its id and seconds. PromptError when it is no sound, too long, too
        large.
        """
        if path.stat().st_size > UPLOAD_BYTES:
            raise PromptError(f"This file is larger than {UPLOAD_BYTES // 1024 // 1024} MB.")
        made = self._uploads / f".{uuid.uuid4().hex}.wav"
        try:
            render.transcode(path, made, UPLOAD_SECONDS + 1)
            seconds = render.seconds_of(made)
            if seconds > UPLOAD_SECONDS:
                raise PromptError(f"This recording is longer than {UPLOAD_SECONDS // 60} minutes.")
            upload = hashlib.sha256(made.read_bytes()).hexdigest()[:32]
            made.replace(self._uploads / f"{upload}.wav")
        finally:
            made.unlink(missing_ok=True)
        return upload, round(seconds, 2)

    def _prompt_file(self, prompt: Prompt) -> Path:
        if not prompt:
            raise PromptError("This prompt is empty.")
        parts = [self._part(part) for part in prompt]
        if len(parts) == 1 and isinstance(parts[0], Path):
            return parts[0]
        target = self._cached("prompt", *(str(part) for part in parts))
        if not target.is_file():
            render.join(parts, target)
            self._make_room()
        return target

    def _part(self, part: Speech | Sound | Pause) -> Path | float:
        if isinstance(part, Pause):
            return min(max(0.0, float(part.seconds)), _PAUSE_MOST)
        if isinstance(part, Sound):
            return self._plain(self._sound(part))
        return self._speech(part)

    def _speech(self, part: Speech) -> Path:
        text = " ".join(part.text.split())
        if not text:
            raise PromptError("There is no text to speak.")
        if len(text) > _TEXT_MOST:
            raise PromptError(f"A text to speak has at most {_TEXT_MOST} characters.")
        if not _LANGUAGE.fullmatch(part.language):
            raise PromptError(f"{part.language!r} is not the name of a language.")
        language = part.language.lower()
        voice = voice_of(language, self._voices)
        if voice is not None:
            spoken = self._by_piper(text, voice)
            if spoken is not None:
                return spoken
        target = self._cached("speech", text, language)
        if not target.is_file():
            self._speak(text, language, target)
        return target

    def _by_piper(self, text: str, voice: Path) -> Path | None:
        """None when Piper cannot: a caller hears another voice rather than none."""
        target = self._cached("piper", text, mark(voice))
        if not target.is_file():
            try:
                render.speak_by_piper(text, voice, target)
            except PromptError as problem:
                log.warning("Piper and its voice %s are of no use: %s", voice.name, problem)
                return None
        return target

    @staticmethod
    def _speak(text: str, voice: str, target: Path) -> None:
        """A regional voice that is not installed is spoken in the language's own."""
        try:
            render.speak(text, voice, target)
        except PromptError:
            if "-" not in voice:
                raise
            render.speak(text, voice.split("-")[0], target)

    def _plain(self, path: Path) -> Path:
        """The file itself when it is what the bridge plays, else its transcoded twin."""
        if render.is_plain(path):
            return path
        about = path.stat()
        target = self._cached("sound", str(path), str(about.st_size), str(about.st_mtime_ns))
        if not target.is_file():
            render.transcode(path, target, UPLOAD_SECONDS)
        return target

    def _sound(self, part: Sound) -> Path:
        kind, _, name = part.name.partition("/")
        if not _NAME.fullmatch(name):
            raise PromptError(f"There is no sound {part.name!r}.")
        finders = {
            "upload": self._upload,
            "system": self._system,
            "music": self._music_file,
            "message": self._message,
        }
        if kind not in finders:
            raise PromptError(f"There is no sound {part.name!r}.")
        path = finders[kind](name, part.language)
        if path is None or not path.is_file():
            raise PromptError(f"There is no sound {part.name!r}.")
        return path

    def _message(self, name: str, _language: str) -> Path | None:
        """As it was recorded while it is being left, later as it was encoded."""
        endings = (".left.wav", ".opus")
        places = (folder / f"{name}{ending}" for ending in endings for folder in self._messages)
        return next((path for path in places if path.is_file()), None)

    def _upload(self, name: str, _language: str) -> Path:
        return self._uploads / f"{name}.wav"

    def _system(self, name: str, language: str) -> Path | None:
        """Debian's sets lie in en_US_f_Allison, es_MX_f_Allison…; English where the language has none."""
        for wanted in (language.replace("-", "_"), language.split("-")[0], "en"):
            for folder in sorted(self._sound_sets.glob(f"{wanted}*")):
                if (folder / f"{name}.wav").is_file():
                    return folder / f"{name}.wav"
        return None

    def _music_file(self, name: str, _language: str) -> Path | None:
        if name != "default":
            return self._music / f"{name}.wav"
        return next(iter(sorted(self._music.glob("*.wav"))), None)

    def _cached(self, *ingredients: str) -> Path:
        name = hashlib.sha256("\0".join((_RENDERING, *ingredients)).encode()).hexdigest()[:32]
        return self._folder / f"{name}.wav"

    def _make_room(self) -> None:
        """Drop the files that were made first when the cache has grown too large; what plays stays open."""
        files = sorted(self._folder.glob("*.wav"), key=lambda path: path.stat().st_mtime)
        size = sum(path.stat().st_size for path in files)
        for path in files[:-1]:
            if size <= _CACHE_BYTES:
                return
            size -= path.stat().st_size
            path.unlink(missing_ok=True)
