"""A stand-in for WaveSpeedAI's REST API v3, written from the contract page, with faults to order.

It charges nobody and draws its own pictures; nothing of it is deployed.
"""
