"""What the HTTP surface shows: requests read, records written, errors put into words."""
