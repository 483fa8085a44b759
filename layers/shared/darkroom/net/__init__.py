"""The guarded network: which URLs and addresses may be called, and the one client that calls them."""
