"""What `kabar ask` is held against: sentence-transformers and FAISS in ten lines."""

import sys
from pathlib import Path

import faiss
from sentence_transformers import SentenceTransformer

model, folder, question = SentenceTransformer(sys.argv[1], device="cpu"), Path(sys.argv[2]), sys.argv[3]
passages = [part for path in sorted(folder.rglob("*.txt")) for part in path.read_text("utf-8").split("\n\n") if part]
stored = folder / "plain.faiss"
if not stored.exists():
    index = faiss.IndexFlatIP(384)
    index.add(model.encode_document(passages))
    faiss.write_index(index, str(stored))
scores, rows = faiss.read_index(str(stored)).search(model.encode_query([question]), 5)
print(passages[rows[0][0]])
