"""What people argue about a policy: sentences for, against, and of advice, each as somebody wrote it.

Named patterns on single sentences, no model: an argument is shown with its document, and a reader must see at once why
it stands where it does. What nobody's pattern knows is left out rather than guessed. Pure.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from analysis.topics.questions import Sentence, questions, sentences

__all__ = ["Claim", "Stance", "claims"]


class Stance(StrEnum):
    """Where a sentence stands."""

    PRO = "pro"
    CON = "con"
    ADVICE = "advice"

    @property
    def word(self) -> str:
        """The stance in the interface."""
        return {"pro": "赞成", "con": "质疑", "advice": "建议"}[self.value]


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence with where it stands; `cue` is the words that say so."""

    stance: Stance
    sentence: Sentence
    cue: str


_MOST_PER_TEXT = 6

# The order decides: who objects and proposes in one sentence objects.
_CUES: Mapping[Stance, re.Pattern[str]] = MappingProxyType(
    {
        Stance.CON: re.compile(
            r"(?<!不)反对|[不没](?:太|怎么|能|会)?(?:支持|赞成|赞同|同意|认同|看好)|不(?:太)?(?:合理|科学|现实|公平|妥当|应该|应当|可行|靠谱)|欠妥|"
            r"一刀切|(?:增加|加重|抬高).{0,8}(?:负担|成本)|(?<!不)(?<!不用)(?<!无需)(?:担心|担忧|忧虑)|恐怕|形同虚设|(?:难以|无法|没法|很难)(?:执行|落实|落地|做到|操作|承受)|"
            r"(?:会|将|必然)?(?:导致|造成|逼得|逼着).{0,12}(?:涨价|上涨|倒闭|关门|短缺|买不到|断供|失业|退出)|瞎折腾|添乱|走过场|"
            r"太(?:严|急|快|短|高|贵|苛刻|繁琐|笼统)了?|过(?:严|高|急|于苛刻|于繁琐|于笼统)|质疑|不买账|没(?:有)?(?:必要|意义)"
        ),
        Stance.PRO: re.compile(
            r"(?:我|完全|非常|坚决|强烈|举双手|必须|都|很|十分|大力|值得)(?:支持|赞成|赞同|拥护)|^(?:支持|赞成|赞同|拥护|点赞)|"
            r"(?:支持|赞成|赞同)(?:这|该|新规|出台|政策|意见稿|规定|严查|整治|[！!。，,]|$)|为.{1,12}点赞|"
            r"早(?:就)?该|(?:是|真是|一件|件)(?:大)?好事|(?:有利于|有助于|能够?保障|保护了|规范了).{2,}|值得(?:肯定|推广|点赞)|及时雨|"
            r"(?:更|更加)(?:放心|方便|安全|规范|透明)|利大于弊"
        ),
        Stance.ADVICE: re.compile(r"建议|希望(?!.{0,3}(?:没|无))|最好(?!的)|应(?:当|该)|恳请|呼吁|期待|能否|不妨"),
    }
)
# Praise that means its opposite, as people mark it: by a sign, by a word of mock surprise, by whom it pleases or by what it
# leads to. What such a text praises is left out; where it stands instead nobody's pattern knows.
_MOCKS = re.compile(
    r"\[(?:doge|狗头|微笑|吃瓜|捂脸|笑哭|允悲|裂开|摊手|阴险)\]|[🙂😅🤡🙃]|呵呵|好家伙|好嘛|呗(?:[。！!…]|$)|感谢送|自求多福|"
    r"(?:安全|方便|放心|及时|贴心|规范|透明|便民)到.{0,12}(?:没|断|买不|不敢|关门|停)|"
    r"(?<!不)(?:支持|赞成|拥护|欢迎).{0,8}(?:关门|倒闭|涨价|断供|断药|失业)|"
    r"(?:挂证|造假|卖假药|骗子|黑心|黄牛).{0,6}(?:放心|方便|安全|高兴|点赞)|好一个[“\"]"
)
# Offices invite opinions in these words whatever the matter; nobody argues with them.
_FORMULA = re.compile(
    r"公开征求意见|征求社会各界|欢迎.{0,12}(?:提出|反馈|意见)|意见(?:和|或|、)?建议.{0,12}(?:反馈|发送|邮寄|请)|反馈.{0,6}意见建议|"
    r"^(?:为|为了).{4,40}(?:制定|起草|印发)"
)


def claims(text: str) -> list[Claim]:
    """Return up to six sentences that argue, in order; questions and the formulas of announcements are no arguments.

    A text that mocks gives no sentence for the policy: its praise is not meant.
    """
    mocks = _MOCKS.search(text) is not None
    asked = {(one.start, one.end) for one in questions(text)}
    found = []
    for sentence in sentences(text):
        if (sentence.start, sentence.end) in asked or _FORMULA.search(sentence.text):
            continue
        claim = _claim(sentence)
        if claim is not None and not (mocks and claim.stance is Stance.PRO):
            found.append(claim)
    return found[:_MOST_PER_TEXT]


def _claim(sentence: Sentence) -> Claim | None:
    for stance, cue in _CUES.items():
        match = cue.search(sentence.text)
        if match is not None:
            return Claim(stance, sentence, match[0])
    return None
