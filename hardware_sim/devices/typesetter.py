"""Sets what a host prints: characters into lines, pictures and codes into blocks, both into strips of paper."""

import numpy as np

from hardware_sim.devices import escpos_commands as escpos
from hardware_sim.devices import printed_codes as codes
from hardware_sim.devices import thermal_print as head
from hardware_sim.devices.escpos_commands import Dots, Setting
from hardware_sim.devices.escpos_pictures import columns_to_rows
from hardware_sim.devices.page_mode import Page
from hardware_sim.devices.thermal_print import CELL, HALF, Line, Strip, Style

DOTS_PER_INCH = 203
MOST_CELLS = 4_000  # in one line; what is more is on the next
_ACROSS = {Setting.LEFT_MARGIN, Setting.PRINT_WIDTH, Setting.CHARACTER_SPACING, Setting.CHINESE_SPACING}
_EVERY_EIGHT = tuple(range(8, 256, 8))


class Typesetter:
    """`execute` gives the strips that became whole. `refused`: codes that could not be printed, and why."""

    def __init__(self, paper: int = head.DOTS_PER_LINE) -> None:
        self.paper = paper
        self.refused: list[str] = []
        self._initialise()

    def _initialise(self) -> None:
        self.style, self._line = Style(), Line()
        self._tabs = _EVERY_EIGHT
        self._units = escpos.MotionUnits(0, 0)
        self._defined: dict[int, Dots] = {}
        self._page: Page | None = None

    def give_up(self) -> None:
        """The host drops what is not on paper."""
        self._line = Line()

    def end_line(self, *, only_if_begun: bool = False) -> list[Strip]:
        line, self._line = self._line, Line()
        if not line.cells and only_if_begun:
            return []
        if self._page is not None:
            self._put_on_page(line)
            self._page.base += max(self.style.feed, line.height - CELL)
            return []
        style = self.style
        feed, text, shown = style.feed, line.words(with_pictures=False), line.words(with_pictures=True)
        if style.line_spacing < 0 and line.height > CELL and text is not None:
            feed = line.height + head.OWN_LINE_SPACING - CELL
        height = line.height
        dots = np.zeros((max(height, feed), self.paper), np.bool_)
        drawn = line.dots(line.width)
        if style.upside_down:
            dots[:height] = self._aligned(drawn)[::-1, ::-1]
        else:
            dots[:height] = self._aligned(drawn)
        return [Strip(dots, text, shown, is_picture=text != shown)]

    def execute(self, command: escpos.Command) -> list[Strip]:
        match command:
            case escpos.Initialise():
                self._initialise()
            case escpos.Set(what, value):
                self._set(what, value)
            case escpos.Glyph(text, chinese):
                return self._glyph(text, chinese=chinese)
            case escpos.DefinedGlyph(code):
                if code in self._defined:
                    return self._add(head.styled(self._defined[code], self.style), head.PICTURE_MARK)
                return self._glyph("\ufffd", chinese=code > 0xFF)
            case escpos.DefineGlyph(code, columns, column_bytes):
                self._defined.pop(code, None)
                if columns:
                    self._defined[code] = columns_to_rows(columns, column_bytes)
            case escpos.InlineImage():
                dots = head.inline_image(command)[:, : max(0, self._width - self._line.at)]
                return self._add(dots, head.PICTURE_MARK) if dots.size else []
            case escpos.LineFeed():
                return self.end_line()
            case escpos.Feed(lines, dots):
                return self._feed(lines, self._down(dots))
            case escpos.Tab():
                self._tab()
            case escpos.TabStops(columns):
                self._tabs = columns
            case escpos.Position(dots, relative):
                at = self._across(dots) + (self._line.at if relative else 0)
                self._line.at = min(max(at, 0), self._width)
            case escpos.MotionUnits():
                self._units = command
            case escpos.Raster():
                dots = head.raster_dots(command)
                return self._block([(dots, Strip(dots, None, head.picture_mark(dots), is_picture=True))])
            case escpos.Barcode():
                return self._code(self._drawn_barcode(command))
            case escpos.Symbol():
                return self._code(codes.symbol(command, most_dots=self._width))
            case _:
                return self._page_command(command)
        return []

    def _page_command(self, command: escpos.Command) -> list[Strip]:
        page = self._page
        match command:
            case escpos.PageBegin() if page is None:
                strips = self.end_line(only_if_begun=True)
                self._page = Page(self.paper)
                return strips
            case escpos.PageEnd(printed, stay):
                return self._end_page(printed=printed, stay=stay)
            case escpos.PageCancel() if page is not None:
                self._line = Line()
                page.cancel()
            case escpos.PageArea(left, top, width, height) if page is not None:
                self._put_on_page(self._line)
                self._line = Line()
                page.set_area(self._across(left), self._down(top), self._across(width), self._down(height))
            case escpos.PageDirection(turns) if page is not None:
                self._put_on_page(self._line)
                self._line = Line()
                page.turn(turns)
            case escpos.PageVertical(dots, relative) if page is not None:
                at = self._line.at
                self._put_on_page(self._line)
                self._line = Line(at=at)
                page.base = max(0, min(page.height, self._down(dots) + (page.base if relative else 0)))
            case _:
                pass
        return []

    # Measures.

    @property
    def _left(self) -> int:
        return 0 if self._page is not None else min(self.style.left_margin, self.paper - HALF)

    @property
    def _width(self) -> int:
        """Of the area that is printed in."""
        if self._page is not None:
            return self._page.width
        return max(HALF, min(self.style.print_width, self.paper - self._left))

    def _across(self, units: int) -> int:
        return round(units * DOTS_PER_INCH / self._units.across) if self._units.across else units

    def _down(self, units: int) -> int:
        return round(units * DOTS_PER_INCH / self._units.down) if self._units.down else units

    def _aligned(self, dots: Dots) -> Dots:
        return head.aligned(dots, left=self._left, width=self._width, alignment=self.style.alignment, paper=self.paper)

    # Lines.

    def _set(self, what: Setting, value: int) -> None:
        if what is Setting.LINE_SPACING and value > 0:
            value = self._down(value)
        elif what in _ACROSS:
            value = self._across(value)
        elif what is Setting.BAR_MODULE:
            value = value if 1 <= value <= 6 else (value - 64) // 2 if 68 <= value <= 76 else 3
        setattr(self.style, what.value, value)

    def _glyph(self, text: str, *, chinese: bool) -> list[Strip]:
        style = self.style
        spacing = (style.chinese_spacing if chinese else style.character_spacing) * style.width
        unit = HALF if chinese else head.FONTS[style.font][0]
        return self._add(head.glyph(text, style, chinese=chinese), text, spacing, unit)

    def _add(self, dots: Dots, text: str, spacing: int = 0, unit: int = HALF) -> list[Strip]:
        strips: list[Strip] = []
        dots = dots[:, : self._width]
        over = self._line.at + dots.shape[1] > self._width
        if (over and (self._line.cells or self._line.at)) or len(self._line.cells) >= MOST_CELLS:
            strips = self.end_line()
        self._line.add(dots, text, dots.shape[1] + spacing, unit)
        return strips

    def _tab(self) -> None:
        unit = (head.FONTS[self.style.font][0] + self.style.character_spacing) * self.style.width
        following = [stop * unit for stop in self._tabs if stop * unit > self._line.at]
        if following:
            self._line.at = min(following[0], self._width)

    def _feed(self, lines: int, dots: int) -> list[Strip]:
        strips: list[Strip] = []
        if self._page is not None:
            self._put_on_page(self._line)
            self._line = Line()
            self._page.base = min(self._page.height, self._page.base + (dots or lines * self.style.feed))
            return []
        if self._line.cells:
            strips = self.end_line()
            lines = max(0, lines - 1)  # the line itself has moved the paper by one
        return strips + head.blank(dots or lines * self.style.feed, self.paper)

    # Blocks.

    def _drawn_barcode(self, command: escpos.Barcode) -> codes.Drawn | codes.Refused:
        style = self.style
        return codes.barcode(command, module=style.bar_module, height=style.bar_height, most_dots=self._width)

    def _code(self, drawn: codes.Drawn | codes.Refused) -> list[Strip]:
        if isinstance(drawn, codes.Refused):
            self.refused.append(drawn.why)
            return []
        code = drawn.code
        mark = f"[{'QR' if code.symbology == 'QR Code' else code.symbology}] {codes.printable(code.text)}"
        bars = [(drawn.dots, Strip(drawn.dots, None, mark, code))]
        if not drawn.hri or not self.style.hri_position:
            return self._block(bars)
        hri = self._hri(drawn.hri)
        width = max(hri.shape[1], drawn.dots.shape[1])
        words = (_centred(hri, width), Strip(hri, drawn.hri, drawn.hri))
        bars = [(_centred(drawn.dots, width), bars[0][1])]
        above, below = self.style.hri_position & 1, self.style.hri_position & 2
        return self._block([words] * bool(above) + bars + [words] * bool(below))

    def _hri(self, text: str) -> Dots:
        style = Style(font=self.style.hri_font)
        cells = [head.glyph(character, style, chinese=False) for character in codes.printable(text)]
        return np.pad(np.concatenate(cells, axis=1), ((2, 2), (0, 0)))[:, : self._width]

    def _block(self, parts: list[tuple[Dots, Strip]]) -> list[Strip]:
        """Pictures one below the other; the strip beside each says what it is."""
        if self._page is not None:
            return self._block_on_page(self._page, parts)
        strips = self.end_line(only_if_begun=True)
        for dots, what in parts:
            whole = self._aligned(dots)
            strips += head.cut_into_strips(whole[::-1, ::-1] if self.style.upside_down else whole, what)
        return strips

    # Page mode.

    def _put_on_page(self, line: Line) -> None:
        if self._page is not None and line.cells:
            words, shown = line.words(with_pictures=False), line.words(with_pictures=True)
            self._page.place(line.dots(line.width), 0, words, shown)

    def _block_on_page(self, page: Page, parts: list[tuple[Dots, Strip]]) -> list[Strip]:
        at = self._line.at
        self._put_on_page(self._line)
        width = max(dots.shape[1] for dots, _ in parts)
        whole = np.concatenate([_centred(dots, width) for dots, _ in parts])
        for number, (_, what) in enumerate(parts):
            page.place(whole if number == 0 else whole[:0], at, what.text, what.shown)
            if what.code is not None:
                page.codes.append(what.code)
        self._line = Line(at=min(at + width, page.width))
        return []

    def _end_page(self, *, printed: bool, stay: bool) -> list[Strip]:
        page = self._page
        if page is None:
            return self.end_line(only_if_begun=True) if printed else []
        self._put_on_page(self._line)
        self._line = Line()
        strips = _page_strips(page) if printed else []
        if not stay:
            self._page = None
        return strips


def _centred(dots: Dots, width: int) -> Dots:
    left = (width - dots.shape[1]) // 2
    return np.pad(dots, ((0, 0), (left, width - dots.shape[1] - left)))


def _page_strips(page: Page) -> list[Strip]:
    """The page's words, from above, ride on strips without height before its dots."""
    nothing = np.zeros((0, page.paper), np.bool_)
    words = sorted(page.words, key=lambda one: (one.top, one.left))
    carried = [Strip(nothing, one.text, one.shown, is_picture=one.text != one.shown) for one in words]
    carried += [Strip(nothing, None, None, code) for code in page.codes]
    dots = page.printed().copy()
    return carried + head.cut_into_strips(dots, Strip(dots))
