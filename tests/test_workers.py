"""Tests that share a session, a browser or a brand stay on one worker."""

import os

import pytest


@pytest.mark.skipif("PYTEST_XDIST_WORKER" not in os.environ, reason="there is one worker only")
def test_the_group_of_a_test_reaches_the_scheduler(request):
    assert request.node.nodeid.endswith("@tests/test_workers")
