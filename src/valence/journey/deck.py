"""The journey map as a PowerPoint file, its charts native so that they can be edited."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from valence.core.errors import MissingExtraError
from valence.journey.drawn import PLAIN, SHADES
from valence.journey.map_view import CellOf

if TYPE_CHECKING:
    from pptx.presentation import Presentation

_INK, _MUTED, _MAIN = (29, 37, 44), (89, 99, 110), (15, 118, 110)
_WIDE, _HIGH = 13.333, 7.5  # inches


@dataclass(frozen=True, slots=True)
class Pages:
    """What stands on the slides, in the reader's language."""

    title: str
    answer: str
    columns: Sequence[tuple[str, Sequence[tuple[CellOf, Sequence[str]]]]]
    bars_title: str
    bars_unit: str
    bars: Sequence[tuple[str, float]]
    board_title: str
    board: Sequence[Sequence[str]]  # the first row is the head


def map_deck(pages: Pages) -> bytes:
    """Return the map as a presentation of up to three slides.

    Raises
    ------
    MissingExtraError
        If python-pptx is not installed; the message says how to install it.
    """
    try:
        from pptx import Presentation as opened  # noqa: N813, PLC0415 - an extra
        from pptx.util import Inches  # noqa: PLC0415
    except ImportError as missing:
        raise MissingExtraError(
            "PowerPoint files need the library python-pptx. Install it with `pip install "
            "'valence[report]'` (in a clone of the project: `make dev`)."
        ) from missing
    made = opened()
    made.slide_width, made.slide_height = Inches(_WIDE), Inches(_HIGH)
    _map(made, pages)
    if pages.bars:
        _bars(made, pages)
    _board(made, pages)
    kept = io.BytesIO()
    made.save(kept)
    return kept.getvalue()


def _slide(made: Presentation, title: str, under: str = "") -> Any:
    slide = made.slides.add_slide(made.slide_layouts[6])
    _write(slide, (0.5, 0.3, _WIDE - 1, 0.6), title, size=24, bold=True)
    if under:
        _write(slide, (0.5, 0.9, _WIDE - 1, 0.6), under, size=14, colour=_MUTED)
    return slide


def _write(
    slide: Any,
    box: tuple[float, float, float, float],
    text: str,
    *,
    size: int,
    bold: bool = False,
    colour: tuple[int, int, int] = _INK,
) -> None:
    from pptx.dml.color import RGBColor  # noqa: PLC0415 - an extra
    from pptx.util import Inches, Pt  # noqa: PLC0415

    frame = slide.shapes.add_textbox(*map(Inches, box)).text_frame
    frame.word_wrap = True
    frame.text = text
    font = frame.paragraphs[0].font
    font.size, font.bold, font.color.rgb = Pt(size), bold, RGBColor(*colour)


def _map(made: Presentation, pages: Pages) -> None:
    from pptx.dml.color import RGBColor  # noqa: PLC0415 - an extra
    from pptx.enum.shapes import MSO_SHAPE  # noqa: PLC0415
    from pptx.util import Inches, Pt  # noqa: PLC0415

    slide = _slide(made, pages.title, pages.answer)
    deepest = max((len(cells) for _, cells in pages.columns), default=1) or 1
    width = (_WIDE - 1) / max(len(pages.columns), 1)
    height = min(1.0, (_HIGH - 2.3) / deepest)
    for at, (stage, cells) in enumerate(pages.columns):
        x = 0.5 + at * width
        _write(slide, (x, 1.55, width, 0.4), stage, size=11, bold=True, colour=_MUTED)
        for row, (cell, lines) in enumerate(cells):
            box = (x, 2.0 + row * height, width - 0.08, height - 0.08)
            shape = slide.shapes.add_shape(MSO_SHAPE.ROUNDED_RECTANGLE, *map(Inches, box))
            shape.adjustments[0] = 0.08
            shape.fill.solid()
            shape.fill.fore_color.rgb = RGBColor.from_string(
                SHADES.get(cell.shade, PLAIN)[1:].upper()
            )
            shape.line.fill.background()
            frame = shape.text_frame
            frame.word_wrap = True
            frame.margin_left = frame.margin_right = Inches(0.06)
            frame.text = f"{cell.name} ★" if cell.moment else cell.name
            for line in lines[:2]:
                frame.add_paragraph().text = line
            for number, paragraph in enumerate(frame.paragraphs):
                paragraph.font.size, paragraph.font.bold = Pt(9), number == 0
                paragraph.font.color.rgb = RGBColor(*_INK)


def _bars(made: Presentation, pages: Pages) -> None:
    from pptx.chart.data import CategoryChartData  # noqa: PLC0415 - an extra
    from pptx.dml.color import RGBColor  # noqa: PLC0415
    from pptx.enum.chart import XL_CHART_TYPE  # noqa: PLC0415
    from pptx.util import Inches, Pt  # noqa: PLC0415

    slide = _slide(made, pages.bars_title, pages.bars_unit)
    data = CategoryChartData()
    data.categories = [name for name, _ in pages.bars]
    data.add_series(pages.bars_unit, [value for _, value in pages.bars])
    box = map(Inches, (0.5, 1.5, _WIDE - 1, _HIGH - 2))
    chart = slide.shapes.add_chart(XL_CHART_TYPE.BAR_CLUSTERED, *box, data).chart
    chart.has_legend = False
    chart.has_title = False
    chart.category_axis.reverse_order = True
    chart.category_axis.tick_labels.font.size = Pt(11)
    chart.value_axis.tick_labels.font.size = Pt(11)
    plot = chart.plots[0]
    plot.gap_width = 60
    plot.has_data_labels = True
    plot.data_labels.number_format = "#,##0"
    plot.data_labels.number_format_is_linked = False
    plot.data_labels.font.size = Pt(11)
    fill = plot.series[0].format.fill
    fill.solid()
    fill.fore_color.rgb = RGBColor(*_MAIN)


def _board(made: Presentation, pages: Pages) -> None:
    from pptx.util import Inches, Pt  # noqa: PLC0415 - an extra

    slide = _slide(made, pages.board_title)
    rows, columns = len(pages.board), len(pages.board[0])
    box = map(Inches, (0.4, 1.0, _WIDE - 0.8, _HIGH - 1.4))
    table = slide.shapes.add_table(rows, columns, *box).table
    for at, row in enumerate(pages.board):
        for column, text in enumerate(row):
            cell = table.cell(at, column)
            cell.text = text
            cell.margin_top = cell.margin_bottom = Inches(0.02)
            for paragraph in cell.text_frame.paragraphs:
                paragraph.font.size = Pt(9)
