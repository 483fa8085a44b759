"""The operator's commands on a deployed stack: tenants, keys, money, dead letters. No function imports it.

    python -m darkroom.admin create-tenant acme --stack darkroom-prod

Answers with JSON. An API key and a webhook secret are shown this once.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from darkroom import admin_money, admin_redrive
from darkroom.aws.accounts_table import (
    AccountsTable,
    InvalidTenantError,
    TenantExistsError,
    UnknownKeyError,
    UnknownTenantError,
)
from darkroom.aws.clients import Clients
from darkroom.aws.stack import AWS_ERRORS, MissingOutputError, StackNotFoundError, StackOutputs
from darkroom.aws.webhook_secrets import SsmWebhookSecrets
from darkroom.ports import ThrottledError
from darkroom.webhooks.standard_webhooks import new_secret

Answer = dict[str, str]


def main(
    arguments: Sequence[str] | None = None, clients_of: Callable[[str | None], Clients] = Clients
) -> int:
    """The exit code. `clients_of`: the clients for a region."""
    options = _parser().parse_args(arguments)
    try:
        answer = _run(options, clients_of(options.region))
    except InvalidTenantError as error:
        return _failed(f"{error} is no tenant's id: 2 to 39 of a-z, 0-9 and -, not beginning with -")
    except TenantExistsError as error:
        return _failed(f"the tenant {error} exists")
    except UnknownTenantError as error:
        return _failed(f"there is no tenant {error}")
    except admin_money.NoPricesError:
        return _failed("upstream names no price; all stay as they are")
    except UnknownKeyError:
        return _failed("no such key, or it is revoked")
    except (StackNotFoundError, MissingOutputError) as error:
        return _failed(str(error))
    except (ThrottledError, *AWS_ERRORS) as error:
        return _failed(f"AWS: {error}")
    print(json.dumps(answer))
    return 0


def create_tenant(accounts: AccountsTable, secrets: SsmWebhookSecrets, tenant: str, now: float) -> Answer:
    """Raises InvalidTenantError, TenantExistsError."""
    if accounts.has_tenant(tenant):
        raise TenantExistsError(tenant)
    secret = new_secret()
    secrets.store(tenant, secret)  # first: broken off after it, the command can be given again
    key = accounts.create_tenant(tenant, now)
    return {"tenant": tenant, **asdict(key), "webhook_secret": secret}


def create_key(accounts: AccountsTable, tenant: str, name: str, now: float) -> Answer:
    """Raises UnknownTenantError."""
    return {"tenant": tenant, **asdict(accounts.create_key(tenant, name, now))}


def revoke_key(accounts: AccountsTable, key: str, tenant: str | None, now: float) -> Answer:
    """`key`: an API key itself, or the id of one of the tenant's. Raises UnknownKeyError."""
    principal = accounts.find_key(key)
    owner, key_id = (principal.tenant, principal.key_id) if principal else (tenant, key)
    if owner is None:
        raise UnknownKeyError(key_id)
    accounts.revoke_key(owner, key_id, now)
    return {"tenant": owner, "revoked": key_id}


def remove_tenant(accounts: AccountsTable, tenant: str, now: float) -> Answer:
    """Raises UnknownTenantError."""
    accounts.remove_tenant(tenant, now)
    return {"removed": tenant}


def _run(options: argparse.Namespace, clients: Clients) -> Mapping[str, Any]:
    outputs = StackOutputs(clients.cloudformation, options.stack)
    accounts = AccountsTable(clients.dynamodb, outputs.accounts_table)
    now = time.time()
    if options.command == "create-tenant":
        secrets = SsmWebhookSecrets(clients.ssm, outputs.tenant_parameters)
        return create_tenant(accounts, secrets, options.tenant, now)
    if options.command == "create-key":
        return create_key(accounts, options.tenant, options.name, now)
    if options.command == "remove-tenant":
        return remove_tenant(accounts, options.tenant, now)
    if options.command in admin_money.COMMANDS:
        return admin_money.run(options, outputs, clients, now)
    if options.command == admin_redrive.COMMAND:
        return admin_redrive.run(options, outputs, clients)
    return revoke_key(accounts, options.key, options.tenant, now)


def _failed(message: str) -> int:
    print(message, file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    stack = argparse.ArgumentParser(add_help=False)
    stack.add_argument("--stack", required=True, help="the name of the CloudFormation stack")
    stack.add_argument("--region", help="the stack's region; without it the environment's")
    parser = argparse.ArgumentParser(
        prog="python -m darkroom.admin", description="Tenants, their keys, money, dead letters"
    )
    commands = parser.add_subparsers(dest="command", required=True)
    new = commands.add_parser("create-tenant", parents=[stack], help="a tenant, its first key, its secret")
    new.add_argument("tenant", help="its id: 2 to 39 of a-z, 0-9 and -")
    gone = commands.add_parser("remove-tenant", parents=[stack], help="its keys and its sub-accounts' end")
    gone.add_argument("tenant")
    key = commands.add_parser("create-key", parents=[stack], help="one more key for a tenant")
    key.add_argument("tenant")
    key.add_argument("--name", default="", help="for people: what the key is for")
    revoke = commands.add_parser("revoke-key", parents=[stack], help="a key is refused from now on")
    revoke.add_argument("key", help="the API key itself, or its id together with --tenant")
    revoke.add_argument("--tenant", help="whose key it is, if it is named by its id")
    admin_money.add_parsers(commands, stack)
    admin_redrive.add_parser(commands, stack)
    return parser


if __name__ == "__main__":
    sys.exit(main())
