"""File import: CSV, XLSX and JSONL exports of hot lines, vendors and crawlers become documents."""

from crawlers.imports.column_map import ColumnMap, choose_column_map, load_column_maps
from crawlers.imports.headings import ImportRefused
from crawlers.imports.notes import ImportNotes
from crawlers.imports.rows import RowRefusal, read_import, read_numbered, read_records

__all__ = [
    "ColumnMap",
    "ImportNotes",
    "ImportRefused",
    "RowRefusal",
    "choose_column_map",
    "load_column_maps",
    "read_import",
    "read_numbered",
    "read_records",
]
