"""Invented article pages in the layouts of government sites, newspapers and portals."""

__all__ = ["FOOT", "NAVIGATION", "RELATED", "page"]

NAVIGATION = (
    "<div class='top'><ul>" + "".join(f"<li><a href='/c{i}'>栏目{i}</a></li>" for i in range(20)) + "</ul></div>"
)
RELATED = (
    "<div class='more'><h3>相关新闻</h3><ul>"
    + "".join(
        f"<li><a href='/a{i}'>关于虚构药品召回情况的第{i}号通告，请有关单位注意</a><span>2026-11-0{i}</span></li>"
        for i in range(1, 9)
    )
    + "</ul></div>"
)
FOOT = "<div class='foot'><p>主办：某省药品监督管理局 地址：某市某路</p><p>赣ICP备00000000号 版权所有</p></div>"


def page(title: str, line: str, body: str, *, head: str = "", site: str = "某省药品监督管理局") -> bytes:
    """Return a page with navigation, heading, by-line, body, related links and foot."""
    return (
        f"<html><head><title>{title}_{site}</title>{head}</head><body>{NAVIGATION}<div class='wrap'><h2>{title}</h2>"
        f"<div class='info'>{line}</div>{body}</div>{RELATED}{FOOT}</body></html>"
    ).encode()
