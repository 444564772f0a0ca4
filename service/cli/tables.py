"""What commands show at a terminal beside sentences: tables and progress, in which whatever a page or file says is text."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from service.cli.speak import legible_line

__all__ = ["show_table", "waiting"]


def show_table(title: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Show a table on standard error. Titles and names of sources come from elsewhere: no cell is markup or moves the cursor."""
    table = Table(title=title)
    for heading in headings:
        # A reason is read to its end, however long the host name in it is.
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(Text(legible_line(cell)) for cell in row))
    Console(stderr=True).print(table)


def waiting(what: str) -> Progress:
    """Return a spinner on standard error that says, as text, `what` is waited for; it runs while it is entered."""
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    progress = Progress(*columns, console=Console(stderr=True))
    progress.add_task(legible_line(what), total=None)
    return progress
