"""The package of value: its names are there at once, its measures load when they are used."""

from __future__ import annotations

import subprocess
import sys

import pytest

import valence as vl


def test_the_package_loads_no_engine_before_a_measure_is_used():
    code = (
        "import sys, valence as vl; vl.value; dir(vl.value)\n"
        "print('ibis' in sys.modules, end=' ')\n"
        "vl.value.rfm\n"
        "print('ibis' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]


@pytest.mark.parametrize("name", vl.value.__all__)
def test_every_name_is_what_its_module_defines_and_never_the_module(name):
    """`import valence.value.rfm` would put the module of that name where the function stands."""
    found = getattr(vl.value, name)
    assert found is getattr(sys.modules[f"valence.value.{vl.value._HOMES[name]}"], name)
    assert type(found).__name__ != "module"
    assert name in dir(vl.value)


def test_a_name_that_is_none_is_refused():
    with pytest.raises(AttributeError, match=r"'valence.value' has no attribute 'rmf'"):
        vl.value.rmf  # noqa: B018
