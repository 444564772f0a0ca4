"""The confidentiality check 保密审查: marks of classification refuse a text, personal data in it are named.

A network that reaches the internet holds no secret text (保守国家秘密法; register SYS-04). Only marks count: the words 绝密, 机密
and 秘密 in a sentence, as in the name of that law, are none. What is found of persons is named and left to the examiner.
"""

import re
import unicodedata
from collections.abc import Iterator
from types import MappingProxyType

from crawlers.personal_data import find_personal_data
from service.domain.documents.card_number import passes_luhn
from service.domain.documents.surnames import DOUBLE, FREQUENT, RARER
from service.domain.finding import Finding

__all__ = ["confidentiality_findings"]

_LEVEL = "(?:[绝絕]密|[机機]密|(?<!商业)(?<!企业)(?<!工作)(?<!技术)(?<!个人)秘密)"
_NUMBER = "[0-9一二两三四五六七八九十百]{1,4}"
_PERIOD = f"(?:{_NUMBER}(?:年|个?月|[日天])|[长長]期|永久|[启啟]封前|公布前)"
_STAR = "[★☆✭✩✪⭐🌟✦✧※*]"
_OPEN, _CLOSE = "[【\\[(〔〈<「『{《]", "[】\\])〕〉>」』}》]"
_MARKS = (
    re.compile(f"{_LEVEL}级?(?:文件|件)?{_STAR}+(?:{_PERIOD})?"),
    re.compile(f"{_STAR}{{1,9}}{_LEVEL}级?(?:{_STAR}+|$|\n)"),
    re.compile(f"{_OPEN}{_LEVEL}级?(?:文件|件|材料|资料)?(?:{_STAR}*{_PERIOD})?{_CLOSE}"),
    re.compile(f"(?:密级|秘密等级|保密等级)(?:[:为是]){_OPEN}?{_LEVEL}"),
    re.compile(f"(?:保密期限|保密年限)[:为是]{_PERIOD}"),
    re.compile(f"(?:^|\n){_LEVEL}级?(?:文件|件)?(?:{_PERIOD})?(?:[第no.№#]*\\d+号?)?(?=$|\n)"),
    re.compile(f"(?:^|\n){_LEVEL}{_PERIOD}"),
)
_INTERNAL = (
    re.compile(
        "(?:内部|內部)(?:资料|資料|材料|文件|刊物|参阅|参考|情况)?[,。;:!★☆·、]*"
        "(?:请)?(?:注意|妥善)(?:保存|保管|保密)|(?:仅供|僅供|只供|限)(?:内部|內部|领导)(?:使用|参考|参阅|传阅)"
    ),
    re.compile(f"{_OPEN}(?:内部|內部)(?:资料|資料|材料|文件|刊物|参阅|参考|使用)?{_CLOSE}"),
    re.compile("(?:^|\n)(?:内部|內部)(?:资料|資料|材料|刊物|参阅|参考)(?=$|\n)"),
    re.compile("(?:严禁|嚴禁|禁止|不得|请勿|切勿|勿)(?:外传|外傳|外泄|对外提供|翻印|扩散)(?=$|[\n。!;,)】])"),
    re.compile(f"{_OPEN}?工作秘密{_STAR}|{_OPEN}工作秘密{_CLOSE}|(?:^|\n)工作秘密(?=$|\n)"),
)
# Blanks and signs that are put between the characters of a mark, or that a copy leaves there.
_DROPPED = re.compile("[^\\S\n]|[\\u200b-\\u200f\\u2060\\ufeff\\u00ad·・•|_~ˉ]")

_PERSONAL_WORDS = MappingProxyType(
    {
        "id_card": "身份证号",
        "passport": "护照号",
        "mobile": "手机号",
        "email": "电子邮箱",
        "landline": "固定电话",
        "bank_card": "银行卡号",
        "medical_record": "病历号",
        "address": "住址",
        "person_name": "个人姓名",
        "account": "个人账号",
    }
)
_CARD = re.compile(
    r"(?<![0-9A-Za-z.])(?:62|4|5[1-5]|3[57]|9[58])\d{2}(?:[ -]?\d{4}){2,3}(?:[ -]?\d{1,4})?(?![0-9A-Za-z.])"
)
_NOT_A_CARD = re.compile("(?:追溯码|监管码|条码|条形码|批号|准字|文号|注册证|备案|单号|订单号|编号)\\D{0,6}$")
# One with a wrong check digit, which a slip makes, is no valid number and still somebody's.
_CITIZEN = re.compile(r"(?:身份证|公民身份)(?:件?号码?|ID)?\s*[:为是]?\s*(\d{17}[\dXx]|\d{15})(?!\d)")
_RECORD = re.compile(
    "(?:病历|病案|住院|门诊|就诊卡?|急诊|医保卡?|社保卡?|影像|检查|标本|接种卡?|出生证)(?:编?号码?|ID)\\s*[:为是]?\\s*([A-Za-z]{0,3}-?\\d{5,18})"
)
_ADDRESS = re.compile(
    "[一-鿿]{1,12}(?:路|街|道|巷|弄|里|村|镇|乡|小区|花园|家园|公寓|苑|城|府|庄|社区|新村|大厦)[一-鿿0-9A-Za-z-]{0,16}?"
    "(?:\\d{1,4}(?:栋|幢|座|号楼|单元)[0-9一-鿿A-Za-z-]{0,8}?\\d{1,5}(?:室|号|户|房)|\\d{1,4}(?:栋|幢|座|号楼)\\d{1,2}单元\\d{2,5}"
    "|\\d{1,5}号(?:院|楼)?[0-9一-鿿-]{0,8}?\\d{3,4}(?:室|户|房)|[0-9一二三四五六七八九十]{1,3}组\\d{1,4}号(?!线|文))"
)
# Where somebody lives is an address without a door too; 住院 and what an office's own address begins with are none.
_HOME = re.compile(
    "(?:家住|现住|居住在|居住于|住在|住址(?:[:为是])?|家庭住址(?:[:为是])?|(?:^|(?<=[\\s,。;、)(]))住(?!院|所|房|宅|建|址|在))\\s*"
    "(?P<home>[一-鿿]{2,20}?(?:路|街|大道|道|巷|弄|里|村|镇|乡|小区|花园|家园|公寓|苑|社区|新村)[一-鿿]{0,6}?\\d{1,5}(?:号|弄|栋|幢|组))"
)
_ACCOUNT = re.compile(
    r"(?:微信|QQ|抖音|快手|微博)(?:号码?|ID|账号)?\s*[::是为]\s*([A-Za-z0-9][\w.-]{4,24})", re.ASCII | re.IGNORECASE
)
_ROLE = "患者|患儿|病患|病人|家属|死者|逝者|伤者|受种者|受害人|受害者|来电人|来信人|投诉人|举报人|反映人|申请人|当事人|消费者|联系人|姓名|儿童|婴儿|母亲|父亲|儿子|女儿"
_NAME = f"(?:{DOUBLE}|[{FREQUENT}{RARER}])"
_NAMED = re.compile(
    f"(?:{_ROLE})(?:[::]\\s*|系|为|叫|名叫)?(?P<name>{_NAME}[一-鿿]{{1,2}})"
    r"(?=\s*(?:[,(。;、]|$|\n|男|女|今年|现年|\d{1,3}岁|等|于\d|说|称|表示|告诉|反映|向本|因|自述|联系))"
)
_FORM_NAMED = re.compile(
    rf"(?:姓名|患者姓名|联系人|来电人|投诉人|举报人|申请人)\s*[::]\s*(?P<name>{_NAME}[一-鿿]{{1,3}})(?![一-鿿])"
)
# Words that begin with a surname and follow such a role in ordinary sentences.
_NO_NAME = re.compile(
    "高[烧热血危龄度]|安全|方[便面才式可]|万[分一]|常[见用规常]|于[是此]|时|年|金[额钱]|水|全|向[我本有其]|关|成[分人年功本立]|单|文[件字]|白[天血]|黄[疸]|康复|武汉|江[西苏]|江|石[家]|温[度馨]"
    "|施[行用救]|管理|包[括装]|左[右眼侧手]|钟|毕竟|易[感]|任[何意]|段|程[度]|游|路|严[重格]|章|齐|卓|何[时种人]|许[多可]|凌晨|马上|余|费用|应|平|甘|辛|单[位]|周[围边末岁]|贺|焦虑|苗|邱|向|欧洲|毛|汤|田"
    "|曾[经]|和|经|上[述海报]|司[法机]|若|某|.(?:先生|女士|小姐|师傅|阿姨|大[爷妈叔姐]|某|老师|同志)"
)


def confidentiality_findings(text: str) -> list[Finding]:
    """Return what keeps a text from going out, or should: in order of position.

    Marks of classification, however spaced or widened, are blocking. Marks of internal papers and personal data
    (telephone, citizen's, bank card and record numbers, names of patients and complainants, addresses down to the door)
    are named with span and kind, for the examiner to strike or to justify.
    """
    found = [*_marks(text), *_personal(text)]
    return sorted(found, key=lambda finding: (finding.start, finding.end))


def _marks(text: str) -> Iterator[Finding]:
    compact, origin = _compacted(text)
    taken: list[tuple[int, int]] = []
    for blocking, patterns in ((True, _MARKS), (False, _INTERNAL)):
        for pattern in patterns:
            for match in pattern.finditer(compact):
                start, end = _trimmed(compact, *match.span())
                if any(start < last and first < end for first, last in taken):
                    continue
                taken.append((start, end))
                yield _mark(text, origin[start], origin[end - 1] + 1, blocking=blocking)


def _mark(text: str, start: int, end: int, *, blocking: bool) -> Finding:
    shown = " ".join(text[start:end].split())
    sentence = (
        f"有密级标志“{shown}”：涉密文稿不得进入本系统，请立即停止处理，报告保密工作机构；已存的版本不能在页面上删除，由系统管理员按其要求处置。"
        if blocking
        else f"有内部标志“{shown}”：请确认来源允许公开，删去后再送审。"
    )
    return Finding(
        kind="classified" if blocking else "internal",
        word="密级标志" if blocking else "内部标志",
        start=start,
        end=end,
        text=text[start:end],
        sentence=sentence,
        blocking=blocking,
    )


def _compacted(text: str) -> tuple[str, list[int]]:
    """Return the text in narrow forms without blanks, and for each character where it stood; line ends stay."""
    signs: list[str] = []
    origin: list[int] = []
    for position, sign in enumerate(text):
        if _DROPPED.match(sign):
            continue
        for plain in unicodedata.normalize("NFKC", sign) if sign != "\n" else "\n":
            if not plain.isspace() or plain == "\n":
                signs.append(plain.lower())
                origin.append(position)
    return "".join(signs), origin


def _trimmed(compact: str, start: int, end: int) -> tuple[int, int]:
    """Return the span of a mark without line ends around it; every mark holds more than those."""
    while compact[start] == "\n":
        start += 1
    while compact[end - 1] == "\n":
        end -= 1
    return start, end


def _personal(text: str) -> Iterator[Finding]:
    plain = _narrowed(text)
    # Fixed lines in a draft are those of offices.
    found = (datum for datum in find_personal_data(plain, landlines=True) if datum.kind != "landline")
    spans = [(datum.kind, datum.start, datum.end) for datum in found]
    spans += [
        ("bank_card", m.start(), m.end())
        for m in _CARD.finditer(plain)
        if _is_card(m.group()) and not _NOT_A_CARD.search(plain, max(m.start() - 14, 0), m.start())
    ]
    spans += [("id_card", *m.span(1)) for m in _CITIZEN.finditer(plain)]
    spans += [("medical_record", *m.span(1)) for m in _RECORD.finditer(plain)]
    spans += [("address", *m.span()) for m in _ADDRESS.finditer(plain)]
    spans += [("address", *m.span("home")) for m in _HOME.finditer(plain)]
    spans += [("account", *m.span(1)) for m in _ACCOUNT.finditer(plain)]
    spans += [
        ("person_name", *m.span("name"))
        for pattern in (_FORM_NAMED, _NAMED)
        for m in pattern.finditer(plain)
        if not _NO_NAME.match(m["name"])
    ]
    taken: list[tuple[int, int]] = []
    for kind, start, end in spans:
        if any(start < last and first < end for first, last in taken):
            continue
        taken.append((start, end))
        word = _PERSONAL_WORDS[kind]
        yield Finding(
            kind=kind,
            word=word,
            start=start,
            end=end,
            text=text[start:end],
            sentence=f"出现{word}：请删去或隐去部分字符；确需保留的，在保密审查意见中写明理由。",
        )


def _narrowed(text: str) -> str:
    """Return the text with wide digits, letters and signs narrow, each still one character long."""
    return "".join(plain if len(plain := unicodedata.normalize("NFKC", sign)) == 1 else sign for sign in text)


def _is_card(number: str) -> bool:
    digits = "".join(sign for sign in number if sign.isdigit())
    return 15 <= len(digits) <= 19 and passes_luhn(digits)  # noqa: PLR2004 - ISO/IEC 7812 lengths in use
