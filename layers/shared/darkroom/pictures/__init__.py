"""Pictures from upstream: verified before they are stored, never decoded."""
