"""The account kept across restarts: one file with everything moto and our additions hold in memory."""

import importlib
import io
import os
import pickle
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, Protocol, cast

from moto.core.base_backend import BackendDict

from aws.sandbox.gate import Gate
from aws.sandbox.signing_key import signing_key

#: Raised when the stored classes change in a way an old file cannot follow.
FORMAT = 3

#: Where each service's state hangs. Only those in use are in a snapshot.
_SERVICES = {
    "amplify": "aws.sandbox.amplify:amplify_backends",
    "appsync": "moto.appsync.models:appsync_backends",
    "cloudformation": "aws.sandbox.cloudformation.backend:cloudformation_backends",
    "cognito-identity": "moto.cognitoidentity.models:cognitoidentity_backends",
    "cognito-idp": "moto.cognitoidp.models:cognitoidp_backends",
    "dynamodb": "moto.dynamodb.models:dynamodb_backends",
    "iam": "moto.iam.models:iam_backends",
    "s3": "moto.s3.models:s3_backends",
    "lambda": "aws.sandbox.functions:function_backends",
    "ses": "moto.ses.models:ses_backends",
    "ssm": "aws.sandbox.parameter_store:parameter_store_backends",
    "sts": "moto.sts.models:sts_backends",
}

_SHORTEST_PAUSE = 1.0
_IN_MEMORY = 16 * 1024 * 1024


class Changing(Protocol):
    """What a snapshot needs of the application: the gate, and whether anything changed since the last one."""

    gate: Gate
    changed: bool


def _backends(service: str) -> "BackendDict[Any]":
    module, attribute = _SERVICES[service].split(":")
    backends: BackendDict[Any] = getattr(importlib.import_module(module), attribute)
    return backends


def _in_use() -> dict[str, Any]:
    used: dict[str, Any] = {}
    for service, place in _SERVICES.items():
        if place.split(":")[0] not in sys.modules:
            continue
        accounts = {account: dict(regions) for account, regions in _backends(service).items() if regions}
        if accounts:
            used[service] = accounts
    return used


def _note_bucket_names(account: str, partition: str, backend: Any) -> None:
    """moto keeps beside its backends whose a bucket's name is; a name that is taken must stay so."""
    names = dict.fromkeys(backend.buckets, (partition, account))
    cast(Any, _backends("s3")).bucket_accounts.update(names)


def _filled_buffer(content: bytes) -> "tempfile.SpooledTemporaryFile[bytes]":
    # It stays open as long as the stored object it is the body of.
    buffer: tempfile.SpooledTemporaryFile[bytes] = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115
    buffer.write(content)
    return buffer


class _Pickler(pickle.Pickler):
    """Writes what cannot be written by itself: locks as new locks, object bodies as bytes, the signing key by name."""

    def reducer_override(self, value: Any) -> Any:
        if isinstance(value, type(threading.Lock())):
            return threading.Lock, ()
        if isinstance(value, type(threading.RLock())):
            return threading.RLock, ()
        if isinstance(value, tempfile.SpooledTemporaryFile):
            place = value.tell()
            value.seek(0)
            content = value.read()
            value.seek(place)
            return _filled_buffer, (content,)
        if value is signing_key():
            return signing_key, ()
        return NotImplemented


class StateFile:
    """`DIR/account.pickle`, written whole to a new file that then takes the old one's place."""

    def __init__(self, folder: Path, application: Changing) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / "account.pickle"
        self._application = application
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep, daemon=True)

    def restore(self) -> bool:
        """Put the stored account in place. False, with one line on stderr if there was a file, when it cannot be."""
        try:
            with self._path.open("rb") as file:
                if os.fstat(file.fileno()).st_uid != os.getuid():
                    raise PermissionError("the file belongs to somebody else")
                stored_format, used = pickle.load(file)  # noqa: S301  # our own file, checked to be so
            if stored_format != FORMAT:
                raise ValueError(f"its format is {stored_format}, this program writes {FORMAT}")
        except FileNotFoundError:
            return False
        except Exception as error:  # A damaged pickle may raise anything
            print(
                f"Sandbox AWS: {self._path.name} cannot be read ({error}); starting from the sample account.",
                file=sys.stderr,
                flush=True,
            )
            return False
        for service, accounts in used.items():
            for account, regions in accounts.items():
                for region, backend in regions.items():
                    _backends(service)[account][region] = backend
                    if service == "s3":
                        _note_bucket_names(account, region, backend)
        return True

    def start(self) -> None:
        self._application.changed = True
        self._thread.start()

    def stop(self) -> None:
        """End the thread and write what changed last."""
        self._stopping.set()
        self._thread.join()
        if self._application.changed:
            self.save()

    def save(self) -> bool:
        """Write a snapshot; False when calls kept going in and it was put off."""
        with self._application.gate.closed(timeout=1.0) as quiet:
            if not quiet:
                return False
            self._application.changed = False
            buffer = io.BytesIO()
            _Pickler(buffer, protocol=5).dump((FORMAT, _in_use()))
        handle, name = tempfile.mkstemp(dir=self._path.parent, prefix="account.", suffix=".new")
        with os.fdopen(handle, "wb") as file:
            file.write(buffer.getbuffer())
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, self._path)
        return True

    def _keep(self) -> None:
        pause = _SHORTEST_PAUSE
        while not self._stopping.wait(pause):
            if not self._application.changed:
                continue
            started = time.monotonic()
            try:
                self.save()
            except Exception as error:  # An account that cannot be written must not stop the account
                self._application.changed = False
                print(f"Sandbox AWS: the account could not be stored ({error!r}).", file=sys.stderr, flush=True)
            # A large account takes longer to write; it is then written less often, so that calls are not held up.
            pause = max(_SHORTEST_PAUSE, 20 * (time.monotonic() - started))
