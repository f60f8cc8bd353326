"""The sound of the box: the one pjsua2 thread, the bridge, prompts, recordings, tones and what is heard
in audio.

Code in here sees the contract and the libraries of audio, nothing else of the house: no call, no queue,
no setting. pjsua2 is touched on the engine's thread only; frame callbacks (the bridge's clock thread) and
the drivers' I/O threads never block, log or call pjsua2. Heavy work (speech, transcoding, Opus) runs in
programs of its own. Every play and every recording reports its end exactly once.
"""
