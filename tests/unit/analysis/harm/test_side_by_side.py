"""People harmed who are told beside each other, by parts or as titles count; and what only looks like it."""

import pytest

from analysis.assessment import EntityType
from analysis.harm.counts import people_counts


def most(text: str) -> int:
    return max((count.value for count in people_counts(text) if count.type is EntityType.HARMED), default=0)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("室友敷完脸上起水泡,我敷完额头脱皮。", 2),
        ("当事人a面瘫,当事人b过敏性休克,当事人c双腿水肿。她们在同一家会所打的针。", 3),
        ("我妈和刘阿姨喝了讲座送的药酒,到家就昏昏沉沉。", 2),
        ("用了这家的假睫毛胶,我眼皮肿成桃子,我表姐更惨,角膜都伤了。", 2),
        ("三位顾客打完玻尿酸,一人左眼失明,两人嘴唇坏死。", 3),
        ("同一批药贴下去,一个起水泡一个脱皮。", 2),
    ],
)
def test_people_told_one_beside_the_other_are_counted_together(text: str, value: int) -> None:
    assert most(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("打瘦脸针后三女子嘴歪", 3),
        ("用药后两宝宝发育异常", 2),
        ("用脱毛膏后情侣双双灼伤", 2),
    ],
)
def test_a_title_counts_people_without_a_measure(text: str, value: int) -> None:
    assert most(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("办公室一共九个人买了那个减肥糖,吃了一个礼拜,四个心慌手抖。", 4),
        ("班上三十个孩子滴了眼药水,回来有五个孩子看不清黑板。", 5),
        ("两名学生领到的药片是错的,一个说胡话,一个抽搐。", 2),
        ("至少7位老人是这副模样,两个骨头已经断了,都是停了那种药丸以后。", 7),
    ],
)
def test_of_a_whole_that_nothing_befell_the_harmed_part_counts(text: str, value: int) -> None:
    assert most(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("食堂发的防暑药水喝完,六个工友头重脚轻,走路打飘。", 6),
        ("听说隔壁村打针打倒了十四个。", 14),
        ("当事家长称两个孩子抹了以后体毛增多。", 2),
        ("截至10日18时,累计报告28人出现症状。", 28),
        ("宿舍四个人用同一个体温枪酒精棉片,手全脱皮。", 4),
    ],
)
def test_counted_people_may_be_harmed_in_everyday_words(text: str, value: int) -> None:
    assert most(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "初三学生和大二男生来药店买口罩,一个脸红一个害羞。",
        "一百多人排队领鸡蛋,奶奶气得手一直在抖。",
        "婚宴上三十人误将亚硝酸盐当盐吃了,送医洗胃。",
        "刚看完《我不是药神》,几百人买不起药,病友吐了血还在等。",
    ],
)
def test_fright_food_films_and_school_years_are_no_people_harmed(text: str) -> None:
    assert most(text) == 0


def test_the_fright_of_the_writer_is_no_second_person_harmed() -> None:
    assert most("我妈打了那针住院了,我手都在抖。") == 1
