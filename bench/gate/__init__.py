"""The compliance gate against an independently written checker; `python -m bench.gate COUNT [SEED]`."""
