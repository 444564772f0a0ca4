"""Follows pages that say nothing but where the page is: `<meta http-equiv="refresh" content="0;url=…">`."""

from urllib.parse import urlsplit

from scrapy import Request
from scrapy.downloadermiddlewares.redirect import BaseRedirectMiddleware
from scrapy.http import HtmlResponse, Response
from scrapy.utils.response import get_meta_refresh

from crawlers.lists.listed import plain_text

__all__ = ["ForwardingMiddleware"]

_LONGEST_PAGE = 20_000
_LONGEST_TEXT = 200
_LONGEST_WAIT_SECONDS = 5.0
_OK = 200


class ForwardingMiddleware(BaseRedirectMiddleware):
    """Asks for the page that a forwarding page names, where it is one of the same host.

    It is a redirect like any other: vetted by the egress, allowed by robots rules, paced, and with the others at most
    five. A page with a text of its own forwards nowhere, nor does one that names itself, as pages do that reload.
    """

    enabled_setting = "REDIRECT_ENABLED"

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """Return the request for the page that is meant, else the response."""
        target = _target(request, response)
        if target is None:
            return response
        onward = self._redirect_request_using_get(request, response, target)
        return self._redirect(onward, request, "meta refresh")


def _target(request: Request, response: Response) -> str | None:
    if request.method != "GET" or response.status != _OK or not isinstance(response, HtmlResponse):
        return None
    if request.meta.get("robots") or len(response.body) > _LONGEST_PAGE:
        return None
    wait, target = get_meta_refresh(response)
    if target is None or wait is None or wait > _LONGEST_WAIT_SECONDS:
        return None
    here, there = urlsplit(request.url), urlsplit(target)
    is_elsewhere = there.scheme not in {"http", "https"} or there.hostname != here.hostname
    if is_elsewhere or target.partition("#")[0] == request.url.partition("#")[0]:
        return None
    return target if len(plain_text(response.text).replace(" ", "")) <= _LONGEST_TEXT else None
