"""A brand of forty customers, built."""

from __future__ import annotations

from pathlib import Path

from valence.app.folder import make_folder
from valence.app.house import WholeHouse
from valence.intake.importing import import_files

N = 40


def forty_customers(folder: Path) -> WholeHouse:
    """Return the opened house of a brand; half of its customers bought once, half four times."""
    brand = make_folder(folder / "b", name="Teahouse", currency="CNY", timezone="UTC")
    lines = ["order id,order date,customer id,email,amount,channel"]
    for n in range(N):
        channel = "web" if n % 2 else "app"
        lines += [
            f"{n}-{k},2025-0{k + 1}-05,{n},c{n}@x.cn,{10 + n},{channel}"
            for k in range(1 if n < 20 else 4)
        ]
    (folder / "orders.csv").write_text("\n".join(lines))
    import_files(brand, [folder / "orders.csv"], yes=True)
    house = WholeHouse(brand)
    house.build()
    return house
