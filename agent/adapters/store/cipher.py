"""AES-GCM over what people wrote, before it reaches a disk.

A sealed value is `1 byte: length of the key id | key id | 12 bytes: nonce | ciphertext and tag`.
`where` (table, column and row id) is authenticated with it, so a value copied to another row does
not open there. The first key seals; every key opens, which is how keys are rotated.
"""

import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from agent.settings import EncryptionKey

NONCE_BYTES = 12


class Unreadable(Exception):
    """A sealed value that no configured key opens at this place; names the place and key id."""


class FieldCipher:
    """Seals text for one place in the store and opens it there."""

    def __init__(self, keys: Sequence[EncryptionKey]) -> None:
        self._current = keys[0].id.encode()
        self._keys = {key.id.encode(): AESGCM(key.secret) for key in keys}

    def seal(self, text: str, where: str) -> bytes:
        return self.seal_bytes(text.encode(), where)

    def open(self, sealed: bytes, where: str) -> str:
        """Raises `Unreadable`."""
        return self.open_bytes(sealed, where).decode()

    def seal_bytes(self, content: bytes, where: str) -> bytes:
        kid = self._current
        nonce = secrets.token_bytes(NONCE_BYTES)
        box = self._keys[kid].encrypt(nonce, content, where.encode())
        return bytes([len(kid)]) + kid + nonce + box

    def open_bytes(self, sealed: bytes, where: str) -> bytes:
        start = 1 + sealed[0]
        kid, nonce = sealed[1:start], sealed[start : start + NONCE_BYTES]
        key = self._keys.get(kid)
        if key is None:
            raise Unreadable(f"{where}: no key {kid.decode(errors='replace')!r}")
        try:
            return key.decrypt(nonce, sealed[start + NONCE_BYTES :], where.encode())
        except InvalidTag:
            raise Unreadable(f"{where}: does not open; altered, moved or another key") from None
