"""`python -m bench.truth`, which is `make truth`."""

import sys

from bench.truth import main

if __name__ == "__main__":
    main(sys.argv[1:])
