"""The yardstick: the least that a Textual program with a table is."""

from textual.app import App, ComposeResult
from textual.widgets import DataTable, Footer, Header

FINISHED = "row 20"


class Bare(App[None]):
    def compose(self) -> ComposeResult:
        yield Header()
        yield DataTable(cursor_type="row")
        yield Footer()

    def on_mount(self) -> None:
        table = self.query_one(DataTable)
        table.add_columns("Name", "Account", "Owner", "Stage", "Amount", "Close", "Since", "Next")
        for n in range(100):
            table.add_row(
                f"row {n}", f"Account {n}", f"Owner {n % 7}", "Proposal", f"{n}k", "Fri 11 Dec", "+2k", "call"
            )


if __name__ == "__main__":
    Bare().run()
