"""What the system does with a job, each in a function of ports and rules."""
