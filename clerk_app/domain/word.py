"""A supervisor's word for work that is carried by hand, as both ends of the line read it."""

from __future__ import annotations

import msgspec

from clerk_app.domain.envelope_keys import holds, sign


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """A supervisor's word for taking a file up, signed by the window that carries it."""

    file: str
    window: str
    """That wrote the entries."""
    carrier: str
    """The window that takes them up."""
    actor: str
    at: str
    """RFC 3339."""
    content: str
    """SHA-256 of the file as it was read, in hex."""
    first: int
    last: int
    entries: int
    signature: str = ""
    """Ed25519 of the carrier, in hex, over ``signed_bytes``."""

    def signed_bytes(self) -> bytes:
        """Return what the carrier signs: the members but the signature, as canonical JSON behind a prefix."""
        members = {name: getattr(self, name) for name in self.__struct_fields__ if name != "signature"}
        return b"clerk-word-v1\0" + msgspec.json.encode(members, order="sorted")

    def signed(self, signing_key: bytes) -> Word:
        """Return the word with its signature."""
        return msgspec.structs.replace(self, signature=sign(signing_key, self.signed_bytes()).hex())

    def holds(self, public_key: bytes) -> bool:
        """Whether the word was signed with the key whose public half this is."""
        return holds(public_key, self.signature, self.signed_bytes())
