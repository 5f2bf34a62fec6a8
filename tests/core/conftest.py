"""How many examples the property tests try: few and always the same ones in every run, many new ones with ``URUT_HYPOTHESIS=long``."""

import os

from hypothesis import settings

settings.register_profile("short", max_examples=25, deadline=None, derandomize=True, database=None)
settings.register_profile("long", max_examples=2000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("URUT_HYPOTHESIS", "short"))
