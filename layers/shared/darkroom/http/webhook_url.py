"""A request's webhook URL, held against the URL policy with the stack's settings."""

from darkroom.jobs.rules import InvalidRequestError, Problem
from darkroom.net.url_policy import UrlRefusedError, check_url
from darkroom.settings import Settings


def check_webhook_url(
    url: str | None, settings: Settings, own_host: str, *, field: str = "webhook_url"
) -> None:
    """Raises InvalidRequestError that names the field. `own_host` is the API's: a webhook to ourselves
    could go round in circles."""
    if url is None:
        return
    try:
        check_url(
            url,
            ports=settings.webhook_ports,
            own_hosts=frozenset({own_host}),
            local_targets=settings.local_targets,
            field="the URL",
        )
    except UrlRefusedError as error:
        raise InvalidRequestError(Problem(field, str(error))) from None
