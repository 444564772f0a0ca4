"""Documents under the ids by which an earlier build stored them, which hashed the words of a document without a key."""

from collections.abc import Sequence
from dataclasses import replace

from crawlers.records import Document
from service.ports.store import Work

__all__ = ["under_stored_ids"]


def under_stored_ids(work: Work, documents: Sequence[Document]) -> list[Document]:
    """Return the documents, those under their former ids that are stored so: they come twice under no id, nor without what was hidden in them."""
    former = {one.former_id for one in documents if one.former_id is not None}
    stored = work.hiding.stored_under(sorted(former)) if former else frozenset[str]()
    return [
        replace(one, id=one.former_id) if one.former_id is not None and one.former_id in stored else one
        for one in documents
    ]
