"""Unpack the embedding model, whose trunk the reader shares, and print the folder.

    TRUNK=$(python -m training.prepare CACHE)

A folder that is there and whole is taken as it is, so CACHE may be the one that Kabar itself uses (MODEL_CACHE).
"""

from __future__ import annotations

import sys

from index.embedding.unpacking import prepare
from training.commands import parser, progress, run


def main() -> None:
    options = parser("prepare", __doc__, "cache").parse_args()
    folder = prepare(options.cache, say=progress)
    sys.stdout.write(f"{folder}\n")


if __name__ == "__main__":
    run(main)
