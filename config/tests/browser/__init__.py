"""The product in headless Chromium: one live house, journeys through every page, accessibility."""
