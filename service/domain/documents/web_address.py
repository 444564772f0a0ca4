"""Which addresses found in collected texts may be made links. Pure."""

__all__ = ["is_web_address"]


def is_web_address(url: str) -> bool:
    """Return whether `url` is of http or https and holds nothing that cannot be seen; any other scheme may run something."""
    return url.startswith(("http://", "https://")) and url.isprintable()
