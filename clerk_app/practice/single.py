"""Lessons with one applicant and one item: papers missing, a wrong number, papers that may follow."""

from __future__ import annotations

from clerk_app.domain.checklist import DeficitKind
from clerk_app.practice import rules
from clerk_app.practice.judging import Play, Point
from clerk_app.practice.lesson import Lesson, Paper, Said
from clerk_app.practice.sources import APPLICANT, COUNTED, NOTICE_LAW, NUMBER_RULE, ON_THE_SPOT, PROVISIONAL_RULE, SHE


def _incomplete_trips(play: Play) -> int:
    """Told everything they come once more; else they come a third time."""
    case = play.case
    whole = {"rental-contract", "labour-contract", "photo-receipt"}
    told = rules.noticed(play) and case is not None and whole <= set(rules.named(case))
    return 2 if told else 3


def _at_once(play: Play) -> int:
    return 1 if rules.accepted(play) or rules.provisional(play) else 2


INCOMPLETE = Lesson(
    id="incomplete",
    title="材料不齐",
    about="材料缺几样、错一样：一次说全，写进告知书，别让人跑第三趟。",
    papers=(
        Paper(name="居住证申领表", looks="原件1份，填写齐全，地址写到房号，申请人已签名。"),
        Paper(name="居民身份证", looks="原件1张，在有效期内；复印件1份，正反面在同一张纸上。"),
        Paper(name="房屋租赁合同", looks="原件1份、复印件1份，在租期内；没有租赁登记备案专用章。"),
        Paper(name="劳动合同", looks="只有复印件1份，没有原件。"),
    ),
    words=(
        Said(who=SHE, text="你好，我办居住证。我叫{name}，身份证在这里：{id}。"),
        Said(who=SHE, text="房子是租的，在陶瓷厂上班两年了。我自己来办。电话 {phone}。"),
        Said(who=SHE, text="合同？就这一份，房东给的。还要盖什么章？没听说过。"),
        Said(who=SHE, text="劳动合同原件在公司人事那里，我只有这张复印的。"),
        Said(who=SHE, text="相片回执没有。还缺什么，你一次说完行不行？上次在别处就让我跑了三趟。"),
    ),
    points=(
        Point(
            id="applicant",
            weight=10,
            wanted=APPLICANT,
            advice="对照身份证逐字录入。",
            source=NUMBER_RULE,
            met=rules.applicant_right,
        ),
        Point(
            id="situation",
            weight=10,
            wanted="情形：租住、就业、本人办理",
            advice="先问清住处、条件和谁来办，再核材料。",
            met=rules.answered({"living": "rented", "ground": "job", "agent": "self"}),
        ),
        Point(
            id="notice",
            weight=15,
            wanted="给了一次性告知书，没有受理",
            advice="有必要材料不齐，按 F9 一次性告知。",
            source=NOTICE_LAW,
            met=rules.noticed,
        ),
        Point(
            id="rental",
            weight=15,
            wanted="告知了：租赁合同没有备案",
            advice="看清备案专用章；没有的按 d 记“有误”。",
            source=NOTICE_LAW,
            met=rules.names("rental-contract"),
        ),
        Point(
            id="labour",
            weight=15,
            wanted="告知了：劳动合同缺原件",
            advice="验原件的材料，只有复印件就是不齐。",
            source=NOTICE_LAW,
            met=rules.names("labour-contract"),
        ),
        Point(
            id="photo",
            weight=15,
            wanted="告知了：缺相片采集回执",
            advice="可容缺的也要写进同一份告知书。",
            source=NOTICE_LAW,
            met=rules.names("photo-receipt"),
        ),
        Point(
            id="nothing-more",
            weight=10,
            wanted="没有多要：已经合格的不再告知",
            advice="申领表和身份证都合格，照实登记。",
            source=NOTICE_LAW,
            met=rules.names_nothing_but("rental-contract", "labour-contract", "photo-receipt"),
        ),
        Point(
            id="why",
            weight=10,
            wanted="说清租赁合同差在哪里，不是写“没带”",
            advice="带来了但不合格的，用 d 记缺陷；申请人才知道要补什么。",
            source=COUNTED,
            met=rules.names("rental-contract", DeficitKind.UNSEALED, DeficitKind.DEFECTIVE, DeficitKind.WRONG_KIND),
        ),
    ),
    trips=_incomplete_trips,
    least_trips=2,
)

WRONG_NUMBER = Lesson(
    id="wrong-number",
    title="证件号码写错",
    about="报的号码和表上的都错一位：以证件为准，能当场改的当场改。",
    papers=(
        Paper(name="高龄津贴申请表", looks="原件1份，已签名；证件号码一栏写的是 {wrong}。申请人改正后按指印即可。"),
        Paper(name="居民身份证", looks="原件1张，号码 {id}，在有效期内；复印件1份。"),
        Paper(name="居民户口簿", looks="原件1本，复印件1份（首页和本人页），内容最新。"),
        Paper(name="本人银行卡", looks="原件1张，户名是申请人；复印件1份，写明开户网点。"),
        Paper(name="一寸照片", looks="1张，白底，背面写了姓名。"),
    ),
    words=(
        Said(who=SHE, text="后生仔，我来领高龄津贴。我叫{name}，号码 {wrong}，我背得出的。"),
        Said(who=SHE, text="不对？那你看身份证，我眼睛不好：{id}。电话 {phone}。"),
        Said(who=SHE, text="表上也写错一个字？哎，要我重新去社区拿表吗？"),
        Said(who=SHE, text="当场改就行？好，我划掉，写上对的，按了手印。我自己来的，没有别人。"),
    ),
    points=(
        Point(
            id="number",
            weight=30,
            wanted="登记的是身份证上的号码",
            advice="号码通不过校验时，看原件，不要照口报或表上的写。",
            source=NUMBER_RULE,
            met=rules.applicant_right,
        ),
        Point(
            id="agent",
            weight=10,
            wanted="情形：本人办理",
            advice="先问清是谁来办。",
            met=rules.answered({"agent": "self"}),
        ),
        Point(
            id="form",
            weight=15,
            wanted="申请表当场改正后收下",
            advice="改正、按指印后即合格，按 k 收原件。",
            source=ON_THE_SPOT,
            met=rules.in_order("application-form"),
        ),
        Point(
            id="papers",
            weight=10,
            wanted="身份证、户口簿、银行卡核齐",
            advice="验原件、收复印件，按实际份数登记。",
            source=COUNTED,
            met=rules.in_order("resident-id-card", "household-register", "bank-card"),
        ),
        Point(
            id="accepted",
            weight=25,
            wanted="当场受理，没有为一个错字让人再来",
            advice="可以当场更正的错误，应当允许当场更正。",
            source=ON_THE_SPOT,
            met=rules.accepted,
        ),
        Point(
            id="once",
            weight=10,
            wanted="只立了一件",
            advice="号码弄清之后再登记，不要错了再立一件。",
            met=rules.one_case,
        ),
    ),
    trips=_at_once,
)

PROVISIONAL = Lesson(
    id="provisional",
    title="容缺受理",
    about="只差一样可后补的，人又等钱救命：容缺受理，写明何时补。",
    papers=(
        Paper(name="临时救助申请书", looks="原件1份，填写齐全，已签名。"),
        Paper(name="居民身份证", looks="原件1张，在有效期内；复印件1份。"),
        Paper(name="家庭经济状况核对授权书", looks="原件1份，全家成年人都已签名。"),
        Paper(name="医疗诊断证明", looks="复印件1份，医院已盖章。"),
        Paper(name="医疗费用票据", looks="复印件1份。"),
        Paper(name="本人银行卡", looks="原件1张，户名是申请人；复印件1份。"),
    ),
    words=(
        Said(who=SHE, text="同志，我来申请临时救助。我叫{name}，{id}，电话 {phone}。"),
        Said(who=SHE, text="老伴突然中风，钱都交了住院费。我们是本地户口。"),
        Said(who=SHE, text="户口簿在老屋，锁在柜里，今天拿不来。医院下午就催款了。"),
        Said(who=SHE, text="可以先收下？好，我签承诺书，后天叫儿子寄来，不耽误。"),
    ),
    points=(
        Point(
            id="applicant",
            weight=10,
            wanted=APPLICANT,
            advice="对照身份证逐字录入。",
            source=NUMBER_RULE,
            met=rules.applicant_right,
        ),
        Point(
            id="situation",
            weight=10,
            wanted="情形：重大疾病、本地户籍",
            advice="问清原因和户籍：要的材料因此不同。",
            met=rules.answered({"cause": "illness", "residence": "local"}),
        ),
        Point(
            id="provisional",
            weight=40,
            wanted="容缺受理，没有只给告知书",
            advice="缺的都可容缺、申请人愿意承诺的，在那一行按 o 记容缺，再按 F9。",
            source=PROVISIONAL_RULE,
            met=rules.provisional,
        ),
        Point(
            id="owed",
            weight=20,
            wanted="承诺书上只欠户口簿一样",
            advice="当场交齐的都登记，欠的只写真正缺的。",
            source=PROVISIONAL_RULE,
            met=rules.owes_only("household-register"),
        ),
        Point(
            id="papers",
            weight=20,
            wanted="其余材料核齐",
            advice="按实际份数登记，一样不漏。",
            source=COUNTED,
            met=rules.in_order(
                "application-form",
                "resident-id-card",
                "asset-authorisation",
                "diagnosis-certificate",
                "medical-invoice",
                "bank-card",
            ),
        ),
    ),
    trips=_at_once,
)
