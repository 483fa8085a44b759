"""The real use cases on ports in memory under one seeded scheduler, with faults: what must hold, always."""
