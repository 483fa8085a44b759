"""Pictures drawn from a prompt and a seed: what the simulator hands out instead of a model's work."""
