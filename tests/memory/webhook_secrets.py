"""The tenants' webhook secrets in memory."""

from collections.abc import Mapping, Sequence


class MemoryWebhookSecrets:
    def __init__(self, secrets: Mapping[str, Sequence[str]] | None = None) -> None:
        self.by_tenant: dict[str, Sequence[str]] = dict(secrets or {})

    def secrets(self, tenant: str) -> Sequence[str]:
        return tuple(self.by_tenant.get(tenant, ()))
