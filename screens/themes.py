"""The looks: light, dark and high contrast. Colours are named here once; what they mean is always said in words too."""

from __future__ import annotations

from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.theme import Theme

NAMES = {"dark": "深色", "light": "浅色", "contrast": "高对比", "sixteen": "十六色"}
"""The looks by name, with what they are called on the screen."""


FEW = "sixteen"
"""The look for terminals that have no more than 16 colours: it names them, and what they are is the terminal's choice."""


class PlainScrollBarRender(ScrollBarRender):
    """Draws scroll bars with blanks alone: the block elements are two cells wide on some Chinese terminals."""

    VERTICAL_BARS = [" "] * 8
    HORIZONTAL_BARS = [" "] * 8


def use_plain_scrollbars() -> None:
    """Make every scroll bar a plain one."""
    ScrollBar.renderer = PlainScrollBarRender


ALIASES = {
    "accented": "accent",
    "block-cursor-background": "cursor",
    "block-cursor-foreground": "cursor-ink",
    "block-cursor-blurred-background": "resting",
    "block-cursor-blurred-foreground": "ink",
    "input-cursor-background": "accent",
    "input-cursor-foreground": "ground",
    "input-selection-background": "resting",
    "input-selection-foreground": "ink",
    "scrollbar": "resting",
    "scrollbar-hover": "resting",
    "scrollbar-active": "accent",
    "scrollbar-background": "panel",
    "scrollbar-background-hover": "panel",
    "scrollbar-background-active": "panel",
    "scrollbar-corner-color": "panel",
}
"""What parts of Textual are drawn in, by the colours of a look."""
STYLES = {"resting-style": "none", "loud-style": "bold"}
FEW_STYLES = {"resting-style": "underline", "loud-style": "none"}
"""How the cursor of a list without focus, and words on a loud ground, are set: there bold black is grey on many consoles."""
ANSI = {"ansi-background": "ansi_black", "ansi-foreground": "ansi_bright_white", "border-blurred": "ansi_white"}
"""What Textual's own styles speak of besides, where a look is made of the terminal's 16 colours."""


def _look(name: str, *, dark: bool, **colours: str) -> Theme:
    named = {key.replace("_", "-"): colour for key, colour in colours.items()}
    return Theme(
        name=name,
        dark=dark,
        ansi=name == FEW,
        primary=named["accent"],
        secondary=named["accent"],
        accent=named["accent"],
        foreground=named["ink"],
        background=named["ground"],
        surface=named["ground"],
        panel=named["panel"],
        success=named["good"],
        warning=named["warn"],
        error=named["bad"],
        variables={
            **(FEW_STYLES if name == FEW else STYLES),
            **ANSI,
            **named,
            **{alias: named[colour] for alias, colour in ALIASES.items()},
        },
    )


THEMES = (
    _look(
        "dark",
        dark=True,
        ground="#12171e",
        panel="#1d2530",
        ink="#d9e0e8",
        dim="#98a7b8",
        accent="#6cb2f0",
        cursor="#2c5f93",
        cursor_ink="#ffffff",
        resting="#243140",
        field="#1d2530",
        field_focus="#2a3a4d",
        header="#1c4268",
        header_ink="#e6eef7",
        good="#7fcf8f",
        warn="#e8b75a",
        bad="#ff8a80",
    ),
    _look(
        "light",
        dark=False,
        ground="#fbfcfd",
        panel="#e9eef4",
        ink="#1b2530",
        dim="#4e5a67",
        accent="#1a5f9e",
        cursor="#1f5f99",
        cursor_ink="#ffffff",
        resting="#d3e0ee",
        field="#e9eef4",
        field_focus="#d3e3f5",
        header="#1c4f80",
        header_ink="#ffffff",
        good="#186a32",
        warn="#784800",
        bad="#b3261e",
    ),
    _look(
        "contrast",
        dark=True,
        ground="#000000",
        panel="#1a1a1a",
        ink="#ffffff",
        dim="#d0d0d0",
        accent="#ffff00",
        cursor="#ffff00",
        cursor_ink="#000000",
        resting="#303030",
        field="#262626",
        field_focus="#00005f",
        header="#ffffff",
        header_ink="#000000",
        good="#66ff66",
        warn="#ffd000",
        bad="#ffa8a8",
    ),
    _look(
        FEW,
        dark=True,
        ground="ansi_black",
        panel="ansi_black",
        ink="ansi_bright_white",
        dim="ansi_white",
        accent="ansi_bright_cyan",
        cursor="ansi_blue",
        cursor_ink="ansi_bright_white",
        resting="ansi_black",
        field="ansi_black",
        field_focus="ansi_blue",
        header="ansi_blue",
        header_ink="ansi_bright_white",
        good="ansi_bright_green",
        warn="ansi_bright_yellow",
        bad="ansi_bright_red",
    ),
)
