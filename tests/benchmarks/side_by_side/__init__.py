"""The same pictures by what a user would pick instead of Darkroom, and by Darkroom."""
