"""What the sound costs: CPU and memory of a call, delay through the bridge, a line fed by Python, growth."""
