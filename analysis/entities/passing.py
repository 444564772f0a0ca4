"""Places that a text only mentions in passing: where a meeting was held, somebody comes from, a patient was brought to."""

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

from analysis.entities.localities import FoundRegion
from analysis.lexicon.regions import COUNTY_DIGITS

__all__ = ["places_of_the_matter"]

# Where people met or experts were asked: nothing happened there.
_VENUE_AFTER = re.compile(
    "(?:隆重|顺利|成功|圆满|正式)?(?:召开|举行|举办|开幕|闭幕|开赛|落幕|开讲)|(?:的)?[一-鿿]{0,4}(?:多名|多位|几名|几位|一些)[一-鿿]{0,8}?(?:医生|专家|律师|学者|人士|教授)"
)
_TRAVEL_BEFORE = re.compile("(?:飞|飞往|飞到|出差去?|旅游去?|回到?老家|转机)$")
_PASSED_BEFORE = re.compile(
    "(?:送|送往|送到|送至|转往|转至|转到|转|车去|转院到|转诊到|赴|前往|走访|之前|上次|此前|当年|类似|不像|考察|家住|祖籍|老家|老家在|籍贯|换到|搬到|调到|远赴|往返|返回|途经|销往|发往|流向|出口到|毕业于)了?$"
)
# Where somebody lives is where the matter is, unless the text names another place that is not passed.
_LIVED_BEFORE = re.compile("家住$|住在$")
_PASSED_AFTER = re.compile(
    "人[,。;!?、\\s]|籍|来的|那边来的|(?:[一-鿿]{2})?大学|的?(?:网友|亲戚|朋友|同学|亲友)|的[一-鿿]{1,3}(?:妈|爸)|那[个次起件](?!人)|等地(?:作|的?代表|介绍|交流|参)"
)
# Of whom a place only tells the home: 江西籍女子在杭州做水光针, 我是江西人,在成都买的药. A woman of 江西 may be one in 江西, unless
# she is said in the same breath to be elsewhere.
_HOME_BEFORE = re.compile("(?:祖籍|籍贯[是为:]?|老家[在是]?|出生于)$")
_HOME_AFTER = re.compile("籍|的?(?:老乡|老表|同乡|商会|游客|旅客)|人(?=[在于到去赴,。!?、]|$)")
_PERSON_AFTER = re.compile(
    "的?(?:女子|男子|小伙|姑娘|妹子|女孩|男孩|女生|男生|大学生|学生|夫妻|情侣|老人|大妈|大爷|阿姨|产妇|孕妇|患者|务工人员|打工仔|打工妹|宝妈)[^,。;]{0,3}(?:[在于赴到去]|[前飞]往)"
)
_SCENE_VERB = re.compile("(?:[在于赴到去来]|[前飞]往|位于)$")
# Where somebody was brought to be treated is no scene, unless what was taken there is told.
_TREATED_THERE = re.compile(
    "[^,。;打针射输吃服用做种买店美]{0,8}(?:抢救|救治|治疗|就医|就诊|转院|确诊|住院|维权|起诉|被抓|落网)"
)
# Who works there may have been harmed at home: 宜春人在上海打工,回家后输液.
_WORKS_THERE = re.compile("[^,。;在]{0,3}(?:打工|务工|工作|上班|读书|上学|求学|做生意|经商|生活|定居|当兵)")
_BACK_HOME = re.compile(
    "回(?:到|了)?(?:老家|家乡?|乡|村|镇|县|赣)(?!长)|返(?:乡|家|赣)|在老家|老家的?(?:诊所|卫生|医院|药店|[镇村])|村(?:里的?|医|卫生)|从老家"
)
_SENTENCE_END = re.compile("[。!?;\n]")
_SCENE_BEFORE = re.compile("(?:在|位于|来自|住)$")
_SCENE_AFTER = re.compile("某|一[家名个位]|[的]?[一-鿿]{0,4}(?:诊所|卫生院|卫生室|药店|医院|美容院|小区|村)")
_MANY = re.compile(
    "多地(?!区)|各地(?!区)|多省|多个?城市|(?:[3-9]|[1-9][0-9]|[三四五六七八九十]+)个?(?:省(?!级)|地(?=的|共|药|医|均|都|出))"
)
# Where the next matter of a digest or list begins: 一、赣州市于都县…\n二、九江市修水县…, 宁都县某药店…;安远县某卫生院….
_ITEM_BEFORE = re.compile(
    "(?:(?:^|[;。\n])[ \n]*(?:[一二三四五六七八九十]{1,2}[、.,]|[0-9]{1,2}[.、,)]|[(][一二三四五六七八九十0-9]{1,2}[)])[ \n]*|;[ \n]*|(?:另据(?:了解|悉|报道)|另外|另有|此外|无独有偶)[,:]?)$"
)
_ITEM_WITHIN = 8
_OPENING = 120
_LIST = ("、", "和", "与", "及")


def places_of_the_matter(text: str, found: Sequence[FoundRegion]) -> list[FoundRegion]:
    """Return the regions of a text, less those that it only mentions in passing.

    The matter lies where the first place lies: with it go the places of its sentence, those around it, those in it where
    something happened, and those with which a digest begins its other matters; a town only as part of its county's name.
    A place that is passed stays where the text names no other; so does every place of Jiangxi as long as no other of
    Jiangxi is kept, since what concerns this province must not be lost. A passed place in the county of a kept one tells
    it more closely (家住南昌县向塘镇).
    Neighbours in a list (南昌、长沙) go together. The home of somebody to whom it happened in another province is none of
    the matter's.
    """
    if len(found) == 0:
        return []
    groups = list(_lists(text, _without_homes(text, found)))
    near: list[FoundRegion] = []
    passed: list[FoundRegion] = []
    for group in groups:
        if not _is_venue(text, group):
            (passed if _is_passed(text, group) else near).extend(group)
    lived = [p for p in passed if _LIVED_BEFORE.search(text[max(0, p.start - 3) : p.start])]
    kept = _near_the_first(text, near or lived or passed)
    counties = {place.region.code[:COUNTY_DIGITS] for place in kept}
    same = (p for p in passed if p.region.code[:COUNTY_DIGITS] in counties and p not in kept)
    kept = sorted((*kept, *same), key=lambda p: p.start)
    if any(_is_local(place) for place in kept):
        return kept
    local = [place for group in groups for place in group if _is_local(place)]
    return sorted((*kept, *local), key=lambda place: place.start)


def _without_homes(text: str, found: Sequence[FoundRegion]) -> list[FoundRegion]:
    """Leave out the home of somebody to whom it happened in another province, which the text names as the scene.

    Where a text names no such scene the home stays, and so does every other mention of its place: the maker's, the
    seller's, where the patient was brought to.
    """
    homes = [n for n in range(len(found)) if _is_home(text, found, n)]
    if not homes or _BACK_HOME.search(text):
        return list(found)
    scenes = {place.region.path[0] for n, place in enumerate(found) if n not in homes and _is_scene(text, place)}
    return [p for n, p in enumerate(found) if n not in homes or not scenes - {p.region.path[0]}]


def _is_home(text: str, found: Sequence[FoundRegion], number: int) -> bool:
    place = found[number]
    if _HOME_BEFORE.search(text[max(0, place.start - 3) : place.start]) or _HOME_AFTER.match(text, place.end):
        return True
    person = _PERSON_AFTER.match(text, place.end)
    return person is not None and number + 1 < len(found) and found[number + 1].start == person.end()


def _is_scene(text: str, place: FoundRegion) -> bool:
    before = text[max(0, place.start - 2) : place.start]
    stands = _SCENE_VERB.search(before) or _SCENE_AFTER.match(text, place.end)
    if not stands or _TREATED_THERE.match(text, place.end):
        return False
    return not _WORKS_THERE.match(text, place.end) or "在当地" in text


def _near_the_first(text: str, places: list[FoundRegion]) -> list[FoundRegion]:
    if not places or _MANY.search(text, 0, _OPENING):
        return places
    end = _SENTENCE_END.search(text, places[0].end)
    limit = end.start() if end else len(text)
    paths = {place.region.path for place in places if place.start < limit}
    around = {path[:depth] for path in paths for depth in range(1, len(path) + 1)}
    near = [
        place
        for place in places
        if place.start < limit
        or place.region.path in around
        or _begins_an_item(text, place)
        or _happened_within(text, place, paths)
    ]
    named = {place.region.path for place in near}
    return [p for p in near if _is_chain(p) or p.region.level != "town" or p.region.path[:-1] not in named]


def _begins_an_item(text: str, place: FoundRegion) -> bool:
    """Tell whether a place begins the next matter of a text that tells several."""
    return bool(_ITEM_BEFORE.search(text[max(0, place.start - _ITEM_WITHIN) : place.start]))


def _is_chain(place: FoundRegion) -> bool:
    """Tell whether a place is written with the one around it (赣州市于都县)."""
    return place.end - place.start > len(place.region.name)


def _happened_within(text: str, place: FoundRegion, paths: AbstractSet[tuple[str, ...]]) -> bool:
    """Tell whether a later place lies in one of `paths` and something happened there.

    In a province every place tells more; in a city or county a bare later name may be a shop's or a person's.
    """
    path = place.region.path
    outer = next((path[:depth] for depth in range(1, len(path)) if path[:depth] in paths), None)
    if outer is None:
        return False
    scene = _SCENE_BEFORE.search(text[max(0, place.start - 3) : place.start]) or _SCENE_AFTER.match(text, place.end)
    return len(outer) == 1 or _is_chain(place) or bool(scene)


def _is_local(place: FoundRegion) -> bool:
    return place.region.in_jiangxi


def _is_venue(text: str, group: Sequence[FoundRegion]) -> bool:
    before = text[max(0, group[0].start - 5) : group[0].start]
    return bool(_VENUE_AFTER.match(text, group[-1].end) or _TRAVEL_BEFORE.search(before))


def _is_passed(text: str, group: Sequence[FoundRegion]) -> bool:
    before = text[max(0, group[0].start - 5) : group[0].start]
    return bool(_PASSED_BEFORE.search(before) or _PASSED_AFTER.match(text, group[-1].end))


def _lists(text: str, found: Sequence[FoundRegion]) -> Iterator[list[FoundRegion]]:
    group: list[FoundRegion] = []
    for place in found:
        if group and text[group[-1].end : place.start] not in _LIST:
            yield group
            group = []
        group.append(place)
    yield group
