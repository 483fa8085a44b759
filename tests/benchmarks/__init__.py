"""What the README promises in figures, measured on a local stack: `make bench`."""
