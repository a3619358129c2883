"""What the process that draws and its parent say to each other: JSON, and nothing that could run code."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from ingest.draw.sheet import Mark, MediaType
from ingest.stamp import Stamp


class Refusal(StrEnum):
    """Why there is no picture of a page."""

    GONE = "gone"  # nothing can be read at the path
    CHANGED = "changed"  # what lies there is not what was meant
    LOCKED = "locked"
    NOT_THERE = "not there"  # the page
    BROKEN = "broken"
    TOO_LARGE = "too large"
    NO_MEMORY = "no memory"


class DrawRequest(BaseModel):
    path: str  # its bytes, hexadecimal
    stamp: Stamp  # another one is another file, or a changed one
    page: int = Field(ge=1)
    width: int = Field(ge=1)
    marks: tuple[Mark, ...] = ()


class Drawn(BaseModel):
    """A picture, or why there is none."""

    model_config = ConfigDict(val_json_bytes="base64", ser_json_bytes="base64")

    picture: bytes = b""
    media_type: MediaType = "image/png"
    refusal: Refusal | None = None
    leaves: bool = False  # the child ends now
