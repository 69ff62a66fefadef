"""The program's icon, drawn: one character on a rounded square. Nothing of it is kept as a file in the tree."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

CHARACTER = "窗"
INK, GROUND = (255, 255, 255, 255), (176, 32, 36, 255)
SIZES = (16, 20, 24, 32, 40, 48, 64, 128, 256)
"""What Windows asks for, from the title bar at 100 % to the large view."""
FINE = 4
"""Times finer drawn than shown: edges come out smooth."""


def draw(size: int, font: Path) -> Image.Image:
    """Return the icon as a picture of this many dots a side."""
    side = size * FINE
    picture = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    pen.rounded_rectangle((0, 0, side - 1, side - 1), radius=side // 6, fill=GROUND)
    face = ImageFont.truetype(str(font), round(side * 0.72))
    left, top, right, bottom = pen.textbbox((0, 0), CHARACTER, font=face)
    pen.text(((side - left - right) / 2, (side - top - bottom) / 2), CHARACTER, font=face, fill=INK)
    return picture.resize((size, size), Image.Resampling.LANCZOS)


def save_ico(path: Path, font: Path) -> None:
    """Write the icon in every size that Windows asks for, each drawn for itself."""
    pictures = [draw(size, font) for size in SIZES]
    pictures[-1].save(path, format="ICO", sizes=[(size, size) for size in SIZES], append_images=pictures[:-1])


def save_png(path: Path, font: Path, size: int = 256) -> None:
    """Write the icon for a Linux desktop."""
    draw(size, font).save(path, format="PNG")
