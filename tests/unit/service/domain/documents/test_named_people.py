"""What names a person is masked where the text makes it plain; drugs, firms and places are not. All of it is made up."""

import json
from pathlib import Path

import pytest

from analysis.training.data import WRITTEN_DOCUMENTS
from service.domain.documents.named_people import mask_announced_names, mask_named_people
from service.domain.learning.opinion_words import make_question


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("主犯王某某已被刑拘", "主犯*某已被刑拘"),
        ("赵某、欧阳某承认代购", "*某、*某承认代购"),
        ("52岁的程先生住院", "52岁的*先生住院"),
        ("王小明先生来电", "*先生来电"),
        ("值班的程医生停药", "值班的*医生停药"),
        ("患者李小红服用后皮疹", "患者*某服用后皮疹"),
        ("投诉人：周大海，反映药店", "投诉人：*某，反映药店"),
        ("来电人陈红称药店拒售", "来电人*某称药店拒售"),
        ("当事人欧阳建国在药店", "当事人*某在药店"),
        ("联系人：马兰 电话", "联系人：*某 电话"),
        ("我叫刘大军，买到假药", "我叫*某，买到假药"),
        ("患儿王小明住院，伤者李四死亡", "患儿*某住院，伤者*某死亡"),
        ("患者：王 小 明，男", "患者：*某，男"),
        ("患者 王　小明服药后", "患者 *某服药后"),
        ("患者王\u200b小明，服药", "患者*某，服药"),
        ("投诉人李小红来信", "投诉人*某来信"),
        ("患者王小明注射疫苗后身亡", "患者*某注射疫苗后身亡"),
        ("患儿刘子涵输液后昏迷", "患儿*某输液后昏迷"),
        ("网传店主刘大海售卖过期药", "网传店主*某售卖过期药"),
        ("患者欧阳建国！", "患者*某！"),
        ("姓　名：张三丰，", "姓　名：*某，"),
        ("姓名：欧阳 娜娜，", "姓名：*某，"),
        ("联 系 人：王　明，", "联 系 人：*某，"),
        ("薇信：abc12345", "薇信：******"),
        ("打入卡号6222021234567890123退款", "打入卡号6222********退款"),
        ("银行卡编号：6222021234567890123", "银行卡编号：6222********"),
        ("转到 4111 1111 1111 1111 了", "转到 4111******** 了"),
        ("退款到银行卡，转账单号：4111111111111111", "退款到银行卡，转账单号：4111********"),
        ("车牌赣A12345的货车", "车牌赣*****的货车"),
        ("赣BD12345送货", "赣*****送货"),
        ("加微信：yao_fang88购买", "加微信：******购买"),
        ("QQ号123456789私聊", "QQ号******私聊"),
        ("家住红谷滩区丰和大道路88号3栋2单元501室", "家住红谷滩区丰和大道路**号"),
        ("某小区7栋二楼药房", "某小区**号二楼药房"),
    ],
)
def test_what_names_a_person_is_masked_and_the_mask_stays_as_it_is(text: str, masked: str) -> None:
    assert mask_named_people(text) == masked
    assert mask_named_people(masked) == masked


@pytest.mark.parametrize(
    "text",
    [
        "关于某卫生院乙肝疫苗过期的通报",
        "浙江某民营门诊被查，江苏某原料药仓库起火",
        "石城药师上门清家底，谢谢主任，方便医生用药",
        "患者向医院反映，家属马上到场，患者高烧到40度，患者何时能用药，患者陆续出现松脱、周身出现皮疹",
        "韩国同学代购面膜",
        "患者黄芪注射液过敏，患者白蛋白输液后寒战，患者黄芪注射后皮疹",
        "患者 高烧 到40度，家属 马上 到场，患者 何时 能用药",
        "马应龙麝香痔疮膏、云南白药、同仁堂、王老吉、方大制药、金水宝",
        "批准文号国药准字Z36021234，批号20240101，追溯码81234567890123456789",
        "条码6901234567892，许可证赣20200001",
        "用银行卡付款后订单编号：6222021234567890，追溯码为4111111111111111",
        "赣江路药店、南昌市西湖区象山南路",
        "微信群里转发，QQ群解散，扣扣空间",
        "G1234次列车，皖北A型机",
        "100号色素、三号楼药房、人民路12号线地铁",
    ],
)
def test_drugs_firms_places_and_plain_words_stay(text: str) -> None:
    assert mask_named_people(text) == text


def test_what_is_sent_and_what_comes_back_name_nobody() -> None:
    asked = make_question("患者王小明服药后死亡", "家属李女士称，药店店主陈某加微信：yao_fang88。", characters=1500)
    assert asked.title == "患者*某服药后死亡"
    assert asked.text == "家属*女士称，药店店主*某加微信：******。"


def test_of_the_named_things_of_written_documents_none_is_masked() -> None:
    texts = {}
    for line in WRITTEN_DOCUMENTS.read_text().splitlines():
        document = json.loads(line)
        texts[document["id"]] = f"{document['title']}\n{document['text']}"
    lost, named = [], 0
    for line in Path(WRITTEN_DOCUMENTS).with_name("named_things.jsonl").read_text().splitlines():
        row = json.loads(line)
        masked = mask_named_people(texts[row["id"]])
        for one in row["entities"]:
            if one["type"] not in {"harmed", "deaths"} and one["text"] in texts[row["id"]]:
                named += 1
                lost += [one["text"]] if one["text"] not in masked else []
    assert named > 1400
    assert lost == []


def test_the_written_documents_are_masked_in_some_hundred_places_only() -> None:
    changed = [
        document["id"]
        for document in map(json.loads, WRITTEN_DOCUMENTS.read_text().splitlines())
        if mask_named_people(document["text"]) != document["text"]
    ]
    assert 60 <= len(changed) <= 140


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("收货地址浮梁县解放路12号3栋2单元501室，收货人李四海。", "收货地址浮梁县解放路**号，收货人*某。"),
        ("家住某小区7栋二楼，楼下药店卖过期药", "家住某小区**号二楼，楼下药店卖过期药"),
        ("解放路12号仁济大药房卖过期药", "解放路12号仁济大药房卖过期药"),
        ("微信号lyan_12345卖处方药，主犯王某某", "微信号lyan_12345卖处方药，主犯王某某"),
    ],
)
def test_of_a_record_names_and_homes_are_masked_and_what_it_complains_of_stays(text: str, masked: str) -> None:
    assert mask_announced_names(text) == masked
    assert mask_announced_names(masked) == masked
