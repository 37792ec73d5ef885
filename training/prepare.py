"""Write the embedding model, whose trunk the reader shares, as a model for torch, and print the folder.

    TRUNK=$(python -m training.prepare CACHE)

It is written once: a folder that is there is whole.
"""

from __future__ import annotations

import sys

from index.embedding.exporting import export
from training.commands import parser, progress, run


def main() -> None:
    options = parser("prepare", __doc__, "cache").parse_args()
    folder = options.cache / "e5-small"
    if not folder.exists():
        export(folder, say=progress)
    sys.stdout.write(f"{folder}\n")


if __name__ == "__main__":
    run(main)
