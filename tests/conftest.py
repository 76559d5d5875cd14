"""The fixtures that every test may ask for; `docs/development.md` tells how to use them."""

pytest_plugins = ["tests.plugins.databases"]
