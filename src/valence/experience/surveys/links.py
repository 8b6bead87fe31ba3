"""Links of surveys: their addresses, and codes to scan."""

from __future__ import annotations

import io

from valence.core.settings import Brand
from valence.kit.opened import OpenBrand
from valence.outbound.links import Link, Links


def survey_links(house: OpenBrand) -> Links:
    """Return what makes and reads the links of a brand's surveys."""
    return Links(house.keyring.link_key, "survey")


def address_of(brand: Brand) -> str:
    """Return the address at which surveys are answered; without a public one, this machine."""
    web = brand.settings.web
    return web.address or f"http://{web.host}:{web.port}"


def href(house: OpenBrand, link: Link) -> str:
    """Return the whole address of a link."""
    return f"{address_of(house.brand)}/s/{survey_links(house).token(link)}"


def qr_svg(text: str, *, title: str = "") -> str:
    """Return a QR code (ISO/IEC 18004) of a text as an SVG picture, black on white."""
    import segno  # noqa: PLC0415 - most surveys need no code

    out = io.BytesIO()
    # Level M mends 15 % of a printed code that is worn or dirty.
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", scale=8, border=4, dark="#000", light="#fff", title=title or None,
        xmldecl=True, svgns=True, omitsize=False,
    )  # fmt: skip
    return out.getvalue().decode()
