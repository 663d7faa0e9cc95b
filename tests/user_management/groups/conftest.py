from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

if TYPE_CHECKING:
    from user_management.place import Place

Url = Callable[..., str]


@pytest.fixture
def url(place: "Place") -> Url:
    """The address of a page of the place."""

    def address(name: str, **kwargs: Any) -> str:
        return reverse(name, kwargs={**place.names, **kwargs})

    return address
