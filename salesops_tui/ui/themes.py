"""Colours: two calm themes, the terminal's own sixteen where it has no more, and which of them to start with."""

from __future__ import annotations

import os
from collections.abc import Mapping

from textual.theme import Theme

DARK = Theme(
    name="salesops-dark",
    primary="#6ea8e0",
    secondary="#8fb0c8",
    accent="#7fc0c8",
    success="#8cbf7d",
    warning="#e2b45f",
    error="#e5807b",
    foreground="#d6dae1",
    background="#14171c",
    surface="#1b1f26",
    panel="#262b34",
    variables={
        "text-muted": "#8d95a1",  # Textual's own is worked out from the background, and bright where there is none
        "block-cursor-background": "#2b4764",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-blurred-background": "#232a33",
        "block-cursor-blurred-foreground": "#d6dae1",
        "scrollbar": "#39414d",
        "scrollbar-background": "#14171c",
        "border": "#39414d",
    },
)

LIGHT = Theme(
    name="salesops-light",
    dark=False,
    primary="#1f5fbf",
    secondary="#3f6b86",
    accent="#0f6b7a",
    success="#2c7434",
    warning="#8a5a00",
    error="#b3261e",
    foreground="#24292f",
    background="#fbfbf9",
    surface="#f1f2f0",
    panel="#e4e6e3",
    variables={
        "text-muted": "#667079",
        "block-cursor-background": "#cfe0f5",
        "block-cursor-foreground": "#10151b",
        "block-cursor-blurred-background": "#e6eaee",
        "block-cursor-blurred-foreground": "#24292f",
        "scrollbar": "#bcc3ca",
        "scrollbar-background": "#fbfbf9",
        "border": "#bcc3ca",
    },
)

ANSI = Theme(
    name="salesops-ansi",
    ansi=True,
    primary="ansi_blue",
    secondary="ansi_cyan",
    accent="ansi_cyan",
    success="ansi_green",
    warning="ansi_yellow",
    error="ansi_red",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    variables={
        "ansi-background": "ansi_default",
        "ansi-foreground": "ansi_default",
        "border": "ansi_bright_black",
        "border-blurred": "ansi_bright_black",
        "block-cursor-background": "ansi_blue",
        "block-cursor-foreground": "ansi_bright_white",
        "block-cursor-blurred-text-style": "reverse",
        "scrollbar": "ansi_bright_black",
        "scrollbar-background": "ansi_default",
        "scrollbar-background-hover": "ansi_default",
        "scrollbar-background-active": "ansi_default",
        "input-cursor-background": "ansi_default",
        "input-cursor-foreground": "ansi_default",
        "input-cursor-text-style": "reverse",
        "input-selection-background": "ansi_blue",
        "input-selection-foreground": "ansi_bright_white",
    },
)
"""The sixteen colours of the terminal on its own background, dark or light."""

OWN_THEMES = {theme.name: theme for theme in (DARK, LIGHT, ANSI)}
"""The themes of this program by name; all of Textual's are there as well."""


def chosen_theme(environment: Mapping[str, str] | None = None) -> str:
    """Return the theme to start with: `$SALESOPS_THEME`, else one that fits what the terminal says of itself.

    A terminal of sixteen colours keeps its own palette and background; so does one without colours.
    """
    env = os.environ if environment is None else environment
    if named := env.get("SALESOPS_THEME", "").strip():
        return f"salesops-{named}" if f"salesops-{named}" in OWN_THEMES else named
    many = "256" in env.get("TERM", "") or env.get("COLORTERM", "") in ("truecolor", "24bit")
    # Multiplexers name themselves too, and pass on what their own terminal can.
    many = many or env.get("TERM_PROGRAM", "tmux") not in ("tmux", "screen") or "kitty" in env.get("TERM", "")
    if "NO_COLOR" in env or not many:
        return ANSI.name
    # Terminals that set it say "foreground;background"; 7 and 9 to 15 are the light ones of the sixteen.
    background = env.get("COLORFGBG", "").rpartition(";")[2]
    return LIGHT.name if background in {"7", "9", "10", "11", "12", "13", "14", "15"} else DARK.name
