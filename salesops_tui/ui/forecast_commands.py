"""The commands of the forecast; a part of the one list in `commands`."""

from __future__ import annotations

from salesops_tui.ui.command import Command

FORECAST = "forecast"

FORECAST_COMMANDS = (
    Command(
        "forecast.open",
        "enter",
        "Open",
        "Opens the deals behind the figure under the cursor, then the page of the deal.",
        FORECAST,
        1,
        "open",
    ),
    Command("forecast.next", "tab", "Next view", "Shows the next view of the forecast.", FORECAST, 2, "next_view"),
    Command("forecast.previous", "shift+tab", "View before", "Shows the view before.", FORECAST, 0, "previous_view"),
    Command("forecast.left", "h,left", "Left", "Moves one figure to the left.", FORECAST),
    Command("forecast.right", "l,right", "Right", "Moves one figure to the right.", FORECAST),
    Command(
        "forecast.mark",
        "space",
        "Fold, mark",
        "Folds a team out or in; in What if marks the deal under the cursor.",
        FORECAST,
        3,
        "mark",
    ),
    Command(
        "forecast.single",
        "v",
        "Single",
        "Counts each category for itself, or Best Case with Commit and Closed in it.",
        FORECAST,
        4,
        "single",
    ),
    Command("forecast.person", "p", "Person", "Chooses whose forecast is shown.", FORECAST, 5, "person"),
    Command("forecast.quarter", "w", "Quarter", "Chooses which quarter is shown.", FORECAST, 0, "quarter"),
    Command(
        "forecast.before",
        "left_square_bracket",
        "Week before",
        "Shows the figures as they stood a week earlier.",
        FORECAST,
        0,
        "before",
    ),
    Command(
        "forecast.after",
        "right_square_bracket",
        "Week after",
        "Shows the figures as they stood a week later, at last those of now.",
        FORECAST,
        0,
        "after",
    ),
    Command(
        "forecast.number",
        "m",
        "My number",
        "Submits a number of your own for the quarter, with a note and the deals marked in What if.",
        FORECAST,
        0,
        "number",
    ),
    Command(
        "forecast.adopt",
        "t",
        "Adopt",
        "In Calibration: takes the measured probabilities over into a new version of the policy.",
        FORECAST,
        0,
        "adopt",
    ),
    Command(
        "forecast.close_books",
        "e",
        "End quarter",
        "In Closing: ends a quarter that is over for good and keeps its figures.",
        FORECAST,
        0,
        "close_books",
    ),
    Command(
        "forecast.filter", "slash", "Filter", "Shows only rows that hold the text you type.", FORECAST, 0, "filter"
    ),
    Command("forecast.sort", "o", "Sort", "Sorts by the column of the cursor, or as it was.", FORECAST, 0, "sort"),
    Command("forecast.copy", "c", "Copy", "Copies what is shown as text; among deals, the deal.", FORECAST, 0, "copy"),
    Command(
        "forecast.export",
        "x",
        "Export",
        "Writes the figures of the view to a CSV file; among deals, these.",
        FORECAST,
        0,
        "export",
    ),
    Command(
        "forecast.leave",
        "escape",
        "Back",
        "Goes back from the deals to the figures, then to the call sheet.",
        FORECAST,
        0,
        "back",
    ),
)
