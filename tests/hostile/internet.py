"""Names and public addresses for tests: whatever is dialed ends at a loopback server, and is noted."""

import socket
from collections.abc import Sequence
from ipaddress import ip_address

from darkroom.net.dialer import GuardedDialer, connect_socket
from darkroom.net.lookup import IPAddress

LOOPBACK = ip_address("127.0.0.1")
PUBLIC = "93.184.216.34"
ALSO_PUBLIC = "2606:2800:220:1:248:1893:25c8:1946"


class Internet:
    """`answers` are the resolver's, one lookup after the other; the last one stands."""

    def __init__(self, port: int, *answers: Sequence[str], unreachable: Sequence[str] = ()) -> None:
        self._port = port
        self._answers = list(answers)
        self._unreachable = unreachable
        self.lookups: list[str] = []
        self.connected: list[tuple[str, int]] = []
        self.timeouts: list[float] = []

    def resolve(self, host: str, port: int) -> Sequence[str]:
        self.lookups.append(host)
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]

    def connect(self, address: IPAddress, port: int, timeout_seconds: float) -> socket.socket:
        self.connected.append((str(address), port))
        self.timeouts.append(timeout_seconds)
        if str(address) in self._unreachable:
            raise TimeoutError
        return connect_socket(LOOPBACK, self._port, timeout_seconds)

    def dialer(self) -> GuardedDialer:
        return GuardedDialer(resolver=self.resolve, connect=self.connect)
