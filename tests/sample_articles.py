"""Three small articles, one of them Indonesian."""

from pathlib import Path

HARBOUR = """Harbour of Lowen gets a second crane

3 March 2024

The harbour of Lowen bought a second crane for 4.2 million euros. It lifts 80 tonnes.

Mayor Ada Brink opened it on Friday. Fishermen had asked for it since 2019.
"""
MARKET = """Pasar Melati dibuka kembali

Senin, 8 Januari 2024

Pasar Melati dibuka kembali setelah kebakaran. Sebanyak 312 pedagang menempati kios baru.

Wali kota Rudi Hartawan memotong pita. Biaya pembangunan mencapai Rp45 miliar.
"""
ORCHESTRA = """Youth orchestra tours the islands

12 July 2023

The youth orchestra plays nine concerts on five islands. Its youngest violinist is eleven years old.
"""


def write_articles(folder: Path) -> None:
    """Make a folder of the three."""
    folder.mkdir()
    for name, text in {"harbour": HARBOUR, "market": MARKET, "orchestra": ORCHESTRA}.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
