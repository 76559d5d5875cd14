"""One door to everything: `python3 dev.py setup|demo|test|lint|manage|bench|assure` (see docs/development.md)."""

import sys

from config.dev.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
