"""The houses that these tests look at."""

from tests.value.faces.fixtures import (  # noqa: F401 - fixtures
    address,
    bare,
    few,
    retail,
    shop,
)
