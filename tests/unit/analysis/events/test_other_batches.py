"""Two batches, two firms' recalls, and a list of failed medicines beside a complaint: alike in words, and events of their own."""

from collections.abc import Sequence
from dataclasses import replace

from analysis.assessment import Assessment, Entity, EntityType
from analysis.events.fingerprints import Fingerprint, fingerprint
from crawlers.records import Document
from tests.unit.analysis.events.test_grouping import group, report


def with_entities(told: tuple[Document, Assessment], **named: Sequence[str]) -> tuple[Document, Assessment]:
    """The report with further entities by their kind: firms, batch numbers."""
    document, judged = told
    added = [
        Entity(type=EntityType(kind), text=name, start=0, end=len(name), field="title")
        for kind, names in named.items()
        for name in names
    ]
    return document, replace(judged, entities=(*judged.entities, *added))


def test_recalls_of_one_drug_by_two_firms_are_two_matters_though_written_alike() -> None:
    def recall(native: str, firm: str, hours: float) -> tuple[Document, Assessment]:
        title, text = f"{firm}召回板蓝根颗粒", f"{firm}因含量测定不合格召回板蓝根颗粒。"
        told = report(native, title, text, hours=hours, products=["板蓝根"], categories=["R04"])
        return with_entities(told, firm=[firm])

    first, second, again = group(
        recall("a", "赣江清药业有限公司", 0), recall("b", "鄱湖源药业有限公司", 5), recall("c", "赣江清药业", 9)
    )
    assert first != second
    assert again == first


def test_two_batches_of_one_drug_are_two_matters_unless_a_county_ties_them() -> None:
    def told(native: str, batch: str, *, places: Sequence[str] = ()) -> tuple[Document, Assessment]:
        title, text = "注射头孢曲松钠后寒战", f"患者注射头孢曲松钠批号{batch}后寒战高热，已送医。"
        return with_entities(report(native, title, text, products=["头孢曲松"], places=places), batch_no=[batch])

    first, second, again = group(told("a", "20260115"), told("b", "20260302"), told("c", "20260115"))
    assert first != second
    assert again == first
    one, other = group(told("d", "20260115", places=["360731"]), told("e", "20260302", places=["360731"]))
    assert one == other


def test_another_batch_that_is_stopped_is_of_the_deaths_of_one_drug_or_the_product_of_one_firm() -> None:
    def told(native: str, batch: str, **named: Sequence[str]) -> tuple[Document, Assessment]:
        title = "注射用头孢曲松钠致患者死亡" if native < "c" else "头孢曲松钠批号停用"
        text = f"注射用头孢曲松钠致患者死亡，批号{batch}停用。"
        return with_entities(report(native, title, text, products=["头孢曲松"]), batch_no=[batch], **named)

    def with_dead(one: tuple[Document, Assessment]) -> tuple[Document, Assessment]:
        document, judged = one
        return document, replace(judged, facts={**judged.facts, "deaths": 3})

    first, second = group(with_dead(told("a", "20260115")), with_dead(told("b", "20260302")))
    assert first == second
    one, other = group(told("c", "20260115", firm=["鄱湖源药业"]), told("d", "20260302", firm=["鄱湖源药业有限公司"]))
    assert one == other


def test_what_names_a_seller_is_of_the_same_failed_test_as_what_names_the_maker() -> None:
    def failed(native: str, firm: str, hours: float) -> tuple[Document, Assessment]:
        title, text = f"{firm}阿莫西林胶囊溶出度不合格", f"{firm}的阿莫西林胶囊溶出度不合格。"
        told = report(native, title, text, hours=hours, products=["阿莫西林"], places=["360000"], categories=["R03"])
        return with_entities(told, firm=[firm])

    maker, seller = group(failed("a", "鄱湖源药业有限公司", 0), failed("b", "赣江清大药房连锁", 4))
    assert maker == seller


def test_one_death_in_one_county_is_one_matter_however_many_medicines_were_taken() -> None:
    first, second = group(
        report(
            "a", "吉州区一男子服用阿莫西林、甲硝唑、布洛芬后死亡", "男子服用阿莫西林、甲硝唑、布洛芬后死亡。",
            products=["阿莫西林", "甲硝唑", "布洛芬"], places=["360802"], categories=["R01"],
        ),
        report(
            "b", "吉州区药店售药致男子死亡 死前服用阿莫西林", "男子服用药店所售阿莫西林、甲硝唑后死亡。",
            hours=6, products=["阿莫西林"], places=["360802"], categories=["R02"],
        ),
    )  # fmt: skip
    assert first == second


def test_a_list_of_failed_medicines_holds_no_complaint_of_one_of_them() -> None:
    notice = report(
        "a", "江西省药监局关于12批次药品不符合规定的通告", "经抽检，感冒灵颗粒、阿莫西林胶囊、板蓝根颗粒等12批次不符合规定。",
        products=["感冒灵", "阿莫西林", "板蓝根"], places=["360000"], categories=["R03"],
    )  # fmt: skip
    complaint = report(
        "b", "阿莫西林胶囊致孩子过敏住院", "吉水县家长称孩子服用阿莫西林胶囊后过敏性休克住院。",
        hours=20, products=["阿莫西林"], places=["360822"],
    )  # fmt: skip
    news = report(
        "c", "江西省药监局通告12批次药品不符合规定 感冒灵在列", "感冒灵颗粒等12批次药品不符合规定。",
        hours=3, products=["感冒灵"], places=["360000"], categories=["R03"],
    )  # fmt: skip
    listed, told, reported = group(notice, complaint, news)
    assert told != listed
    assert reported == listed


def test_a_fingerprint_of_an_older_store_names_no_batch() -> None:
    told = with_entities(report("a", "注射头孢曲松钠后寒战", products=["头孢曲松"]), batch_no=["20260115"])
    values = fingerprint(*told).to_json()
    assert Fingerprint.from_json(values).batches == {"20260115"}
    del values["batches"]
    assert Fingerprint.from_json(values).batches == frozenset()
