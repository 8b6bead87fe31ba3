"""A full disk: one sentence, and nothing was changed."""

import resource
import subprocess
import sys
from pathlib import Path

LINES = "order_id,order date,customer id,sku,quantity,price\n"
LIMIT = 600_000  # bytes that any one file may have; a disk that fills up refuses in the same way
CODE = f"""
import resource, sys
from pathlib import Path
from valence.core.settings import load
from valence.intake.importing import import_files

brand = load(Path(sys.argv[1]), {{}})
resource.setrlimit(resource.RLIMIT_FSIZE, ({LIMIT}, {LIMIT}))
try:
    import_files(brand, [Path(sys.argv[2])], yes=True)
except Exception as wrong:
    print(type(wrong).__name__, wrong)
"""


def test_a_full_disk_is_told_in_a_sentence_and_changes_nothing(shop):
    shop.bring("first.csv", LINES + "1,2024-03-05,7,A,1,5\n")
    before = shop.rows("order_lines", "order_id", "line_key")
    # Words that no compression makes small.
    text = "".join(
        f"{i},2024-03-05,{i % 900},{(i * 2654435761) % 2**32:x}{(i * 40503) % 65521:x},1,5\n"
        for i in range(60_000)
    )
    path = shop.file("big.csv", LINES + text)
    assert resource.RLIMIT_FSIZE is not None
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(shop.root), str(path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert done.stdout.startswith("OutOfSpaceError The disk"), done.stdout + done.stderr
    assert "Nothing was changed" in done.stdout.replace("nothing was", "Nothing was")
    assert shop.rows("order_lines", "order_id", "line_key") == before
    got = shop.take(path)
    assert (got.new, got.quarantined) == (60_000, 0)
