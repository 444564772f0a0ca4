"""The catalogue of sources: YAML declarations, validated with file, line and key.

`load_catalogue()` returns the shipped catalogue; `load_catalogue(folder)` adds the files of a user's own folder over
it: a source id found there replaces the shipped source of that id.
"""

from crawlers.catalogue.loader import Catalogue, Problem, load_catalogue, source_of

__all__ = ["Catalogue", "Problem", "load_catalogue", "source_of"]
