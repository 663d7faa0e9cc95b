"""The secrets behind six-digit codes and recovery codes lie encrypted in the database."""

import base64
import logging
import secrets

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac

logger = logging.getLogger(__name__)


def _cipher() -> MultiFernet:
    """Encrypts with SECRET_KEY, and reads what SECRET_KEY_FALLBACKS encrypted before the key was changed."""
    return MultiFernet(
        Fernet(base64.urlsafe_b64encode(salted_hmac("accounts.mfa", "", secret=secret, algorithm="sha256").digest()))
        for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    )


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return _cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            # An empty secret would be a known one. No code matches a random one, so the person is told that the code
            # is wrong, and an operator takes the second factor away.
            logger.error("A second factor cannot be read: SECRET_KEY was changed without SECRET_KEY_FALLBACKS.")
            return base64.b32encode(secrets.token_bytes(20)).decode()
