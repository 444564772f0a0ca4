"""The media types under which files are handed out."""

__all__ = ["DOCX", "XLSX"]

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
