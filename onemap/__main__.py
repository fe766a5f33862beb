"""`python -m onemap` is `onemap`."""

import sys

from onemap.cli import main

if __name__ == "__main__":
    sys.exit(main())
