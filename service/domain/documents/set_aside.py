"""What was set aside: how a document whose judgement failed is told in the quarantine, and what to do about each stage. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["ASSESS", "AT_THE_DOOR", "REMEDIES", "Remedy", "document_of", "sentence_of"]

ASSESS = "assess"
"""The stage of documents whose judgement failed to their last try: the program can judge them again."""

AT_THE_DOOR = ("gate", "parse", "fetch")
"""The stages of pages and files that were not taken: the crawl can fetch them again."""

_SHOWN_TITLE = 40
_NAMED = re.compile(r"稿件 (\S+)（")


def sentence_of(document_id: str, title: str, fault: str) -> str:
    """Return the sentence that the quarantine keeps of a document that could not be judged."""
    return f"稿件 {document_id}（{title[:_SHOWN_TITLE]}）研判失败：{fault}"


def document_of(sentence: str) -> str | None:
    """Return the id of the document that `sentence_of` told of, `None` for another sentence."""
    named = _NAMED.match(sentence)
    return named[1] if named else None


@dataclass(frozen=True, slots=True)
class Remedy:
    """What a person does about what was set aside: in a word beside a row, and in a sentence."""

    word: str
    sentence: str


_FETCHED = Remedy(
    "采集自动再取；放弃的可在上方请求再取",
    "读不成的网页，随后的采集自动再取，连同第一次共三次；网站没有应答的，一周内渐疏地再取，列表上已没有的也取。最后仍没有收下的网页，以列表上的标题作为稿件研判；"
    "它们和被拒收、未读成、未保存原件的附件，不再取。信源的声明或有关上限改变后自动重新再取，也可在此请求再取。列表里的条目有误的，每次采集都重新读取。",
)

REMEDIES: Mapping[str, Remedy] = MappingProxyType(
    {
        ASSESS: Remedy("可重新研判", "程序或模型改好后可在此重新研判；研判为风险的照常报警。"),
        **dict.fromkeys(AT_THE_DOOR, _FETCHED),
        "import": Remedy("改好后重新导入整个文件", "把文件中有误的行改好，重新导入整个文件；已收下的不会重复。"),
        "push": Remedy("请对方改好后重新推送", "请推送方改好后重新推送这些稿件；已收下的不会重复。"),
        "policy": Remedy("改好文本后导入政策", "把政策文本改好，用 yaowang policies import 导入；稿件本身已经收下。"),
    }
)
"""What to do, by stage."""
