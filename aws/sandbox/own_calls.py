"""What the calls of our own services have in common: where their backend is, and the tokens of their pages."""

import base64
from typing import Generic, TypeVar

from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.responses import BaseResponse

B = TypeVar("B", bound=BaseBackend)


class OwnCalls(BaseResponse, Generic[B]):
    """The calls of a service by the names of its operations, with parameters parsed by the SDK's own model."""

    def __init__(self, service: str, backends: BackendDict[B]) -> None:
        super().__init__(service_name=service)
        self.automated_parameter_parsing = True
        self._backends = backends

    @property
    def backend(self) -> B:
        """That of the account and the Region which were called."""
        return self._backends[self.current_account][self.region]


def token_of(start: int) -> str:
    """The token of the page that begins here. It means nothing to whoever gets it, as AWS's own."""
    return base64.urlsafe_b64encode(f"from {start}".encode()).decode()


def start_of(token: str | None) -> int:
    """Where the page of a token begins. Raises ValueError for a text that is no token of ours."""
    if not token:
        return 0
    return int(base64.urlsafe_b64decode(token).decode().removeprefix("from "))
