"""Pinyin keys: initials and full, polyphones by the word they stand in."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.central.catalogue.pinyin import MAX_VARIANTS, search_keys


def initials(name: str) -> list[str]:
    return search_keys(name).partition(";")[0].split(" ")


def full(name: str) -> list[str]:
    return search_keys(name).partition(";")[2].split(" ")


@pytest.mark.parametrize(
    ("name", "key", "spelled"),
    [
        ("居住证", "jzz", "juzhuzheng"),
        ("银行", "yh", "yinhang"),
        ("行政许可", "xzxk", "xingzhengxuke"),
        ("重庆", "cq", "chongqing"),
        ("重大项目", "zdxm", "zhongdaxiangmu"),
        ("长期护理保险", "cqhlbx", "changqihulibaoxian"),
        ("会计师事务所", "kjssws", "kuaijishishiwusuo"),
        ("人民调解", "rmtj", "renmintiaojie"),
        ("工作调动", "gzdd", "gongzuodiaodong"),
        ("公积金还款", "gjjhk", "gongjijinhuankuan"),
        ("北滘", "bj", "beijiao"),
        ("大沥", "dl", "dali"),
        ("旅行社", "lxs", "lvxingshe"),
        ("企业诚信手册", "qycxsc", "qiyechengxinshouce"),
    ],
)
def test_the_word_tells_how_a_character_is_read(name: str, key: str, spelled: str) -> None:
    assert initials(name)[0] == key
    assert full(name)[0] == spelled


@pytest.mark.parametrize(("name", "keys"), [("曾都", {"zd", "cd"}), ("乐从", {"lc", "yc"}), ("调", {"d", "t"})])
def test_where_no_word_tells_every_reading_in_use_is_found(name: str, keys: set[str]) -> None:
    assert keys <= set(initials(name))


def test_letters_and_digits_stay_and_everything_else_goes() -> None:
    assert search_keys("Ａ类3D打印（试行）") == "al3ddysx;alei3ddayinshixing"
    assert search_keys("，。！") == ";"


def test_the_department_follows_after_a_bar() -> None:
    assert search_keys("居住证", "公安局") == "jzz;juzhuzheng|gaj;gonganju"


@pytest.mark.parametrize("name", ["𠮷㐂䶮", "👨‍👩‍👧", "\x00\ud800", "重" * 500, "a" * 100_000])
def test_rare_and_long_names_give_keys_of_bounded_length(name: str) -> None:
    assert len(search_keys(name)) < 4000


@given(st.text(alphabet="重行长调会还参曾单乐率居住证许可A1 （）", max_size=40))
def test_variants_are_few_distinct_and_plain(name: str) -> None:
    for variants in (initials(name), full(name)):
        assert len(variants) <= MAX_VARIANTS
        assert len(set(variants)) == len(variants)
        assert all(variant == "" or (variant.isascii() and variant.isalnum()) for variant in variants)


def test_eleven_thousand_names_take_seconds() -> None:
    names = [f"第{n}区建设工程规划许可证核发与变更登记（{n % 97}号窗口）" for n in range(11_389)]
    start = time.process_time()
    for name in names:
        search_keys(name)
    assert time.process_time() - start < 10


def test_the_dictionary_is_not_loaded_before_it_is_needed() -> None:
    script = "import sys, sync.central.catalogue.pinyin, clerk_app.store.books.search; print('pypinyin' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "False\n"
