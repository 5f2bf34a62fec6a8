"""Telling residents of their turn when no page is open: Web Push to the phone, or a message through somebody's gateway."""
