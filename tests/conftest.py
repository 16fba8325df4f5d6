"""What holds for all tests."""

from __future__ import annotations

import os

from hypothesis import settings

# On CI the same examples each time, so that a red run means a change; on a developer's machine new ones are tried.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("developer", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "developer")
