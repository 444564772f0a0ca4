from service.web.views.disguise import disguises


def test_a_term_by_sound_is_a_suspicion_and_one_in_parts_is_said_outright() -> None:
    evidence = [{"rule": "sound:假药", "text": "jia药"}, {"rule": "term:假药", "text": "亻叚药"}]
    assert disguises(evidence) == ("写作“jia药”，疑指“假药”（读音相同）", "写作“亻叚药”，即“假药”")


def test_characters_that_nobody_sees_are_named() -> None:
    assert disguises([{"rule": "term:假药", "text": "假\u200b药"}]) == ("“假药”中夹有不可见字符",)
    assert disguises([{"rule": "term:假药", "text": "假\n药"}]) == ("写作“假 药”，即“假药”",)


def test_plain_words_traditional_ones_and_rules_without_a_term_say_nothing() -> None:
    plain = [
        {"rule": "term:进ICU", "text": "进icu"},
        {"rule": "term:假药", "text": "假藥"},
        {"rule": "product_death", "text": "死"},
    ]
    assert disguises([*plain, {"text": "寒战"}]) == ()


def test_no_more_than_three_are_told_and_each_once() -> None:
    assert len(disguises([{"rule": f"sound:词{n}", "text": "ci"} for n in (1, 1, 2, 3, 4)])) == 3
