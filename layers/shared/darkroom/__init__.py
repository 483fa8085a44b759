"""Darkroom: image generation as jobs on AWS."""
