"""Jobs that upstream is done with: what finishing them costs in CPU, in time beside its waits, in memory."""
