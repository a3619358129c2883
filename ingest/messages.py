"""What the reader's process and its parent say to each other: JSON, and nothing that could run code."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rag.records import Page, Reading, Reason, Unread


class _Message(BaseModel):
    """What goes over the pipes; boxes are bytes, which JSON has not."""

    model_config = ConfigDict(val_json_bytes="base64", ser_json_bytes="base64")


class Request(_Message):
    path: str  # its bytes, hexadecimal
    name: str  # as well as it can be written
    recognised: dict[int, Page | Unread] = Field(default_factory=dict)  # by children that have died since
    recognises_more: bool = True
    password: str | None = Field(default=None, repr=False)


class Step(_Message):
    """A page that needs a recogniser begins; or has ended, and this came of it."""

    number: int
    page: Page | None = None
    unread: Unread | None = None

    def came(self) -> Page | Unread | None:
        return self.page or self.unread


class Answer(_Message):
    """What the child found: a reading, or a DocumentError by its name and facts; before that, how far it is."""

    step: Step | None = None
    reading: Reading | None = None
    error: Reason | None = None
    leaves: bool = False  # the child ends now, so that the next file finds fresh memory


OnPage = Callable[[int, Page | Unread | None], None]


def page_to_json(number: int, came: Page | Unread) -> str:
    """To be kept, should the reading be broken off."""
    return step(number, came).model_dump_json()


def pages_from_json(kept: Iterable[str]) -> dict[int, Page | Unread]:
    """From what ``page_to_json`` gave; none where one makes no sense."""
    try:
        steps = [Step.model_validate_json(step) for step in kept]
    except ValidationError:
        return {}
    return {step.number: came for step in steps if (came := step.came())}


def step(number: int, came: Page | Unread) -> Step:
    return Step(number=number, page=came) if isinstance(came, Page) else Step(number=number, unread=came)
