"""Sources and what comes in by them, by file and by push; trouble with them, and trying again."""
