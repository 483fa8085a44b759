"""Settings of the functions that depend on no stack, for those that run without one: the template's defaults,
at the silver tier and with one host of pictures."""

DEFAULTS = {
    "UPSTREAM_IMAGES_PER_MINUTE": "500",
    "UPSTREAM_CONCURRENT_TASKS": "100",
    "CALLBACKS": "on",
    "OUTPUT_HOSTS": "wavespeed.ai",
    "WEBHOOK_PORTS": "443",
    "RETENTION_DAYS": "30",
    "WAIT_SECONDS": "8",
    "SYNC_WAIT_SECONDS": "20",
    "DEFAULT_MODEL": "bytedance/dreamina-v3.1/text-to-image",
    "JOB_DEADLINE_SECONDS": "3600",
    "UPSTREAM_TIMEOUT_SECONDS": "600",
    "OVERDUE_SECONDS": "120",
    "POWERTOOLS_METRICS_NAMESPACE": "Darkroom",
}
