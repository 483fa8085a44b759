"""Bugs to plant, each named after the mistake it makes. The simulation must find every one of them."""

from inspect import getmembers, isfunction

from simulation.mutants import charges, limits, lives, money, webhooks
from simulation.mutants.planting import Mutant

MUTANTS: dict[str, Mutant] = {
    name: mutant
    for module in (charges, limits, lives, money, webhooks)
    for name, mutant in getmembers(module, isfunction)
    if mutant.__module__ == module.__name__ and not name.startswith("_")
}
