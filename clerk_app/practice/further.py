"""Lessons beyond one item: three departments at once, and a bag that does not hold what its list says."""

from __future__ import annotations

from clerk_app.practice import rules
from clerk_app.practice.judging import Play, Point
from clerk_app.practice.lesson import Lesson, Paper, Said
from clerk_app.practice.sources import ACCEPT_LAW, COUNTED, COURIER, HANDS, NUMBER_RULE, OFFICE, ONE_SET, VISIT


def _joint_trips(play: Play) -> int:
    return 1 if rules.together(3)(play) and rules.all_accepted(3)(play) else 3


def _bag_trips(play: Play) -> int:
    return 1 if rules.short(play) else 2


JOINT = Lesson(
    id="joint",
    title="一件事联办",
    about="三个部门的事一次收：按一件事办，同样的材料只收一套。",
    organisation=True,
    papers=(
        Paper(name="就业登记花名册", looks="原件1份，单位已盖章。"),
        Paper(name="营业执照副本", looks="复印件1份，单位已盖章。"),
        Paper(name="新招用职工居民身份证", looks="复印件1份。"),
        Paper(name="与新招用职工签订的劳动合同", looks="复印件1份，双方签名盖章齐全。"),
        Paper(name="社会保险增员申报表", looks="原件1份，单位已盖章。"),
        Paper(name="住房公积金个人账户设立清册", looks="原件1份，单位已盖章。"),
    ),
    words=(
        Said(who="法定代表人", text="我们是{name}，信用代码 {id}，电话 {phone}。新招了一个工人。"),
        Said(who="法定代表人", text="要办就业登记、社保增员，还有公积金开户。是不是要跑三个窗口？"),
        Said(who="法定代表人", text="有“企业员工录用一件事”？那太好了，材料我都只带了一份。"),
        Said(who="法定代表人", text="我就是法定代表人，自己来的，没有委托别人。"),
    ),
    points=(
        Point(
            id="applicant",
            weight=10,
            wanted="单位名称、信用代码与执照一致",
            advice="申请人种类选单位，照执照录入。",
            source=NUMBER_RULE,
            met=rules.applicant_right,
        ),
        Point(
            id="joint",
            weight=35,
            wanted="三个事项按一件事一次收",
            advice="查“企业员工录用”，选一件事，不要逐项收。",
            source=ONE_SET,
            met=rules.together(3),
        ),
        Point(
            id="handler",
            weight=10,
            wanted="情形：法定代表人本人",
            advice="法定代表人自己来的，不要再要授权委托书。",
            met=rules.all_answered(3, {"handler": "legal"}),
        ),
        Point(
            id="papers",
            weight=20,
            wanted="一套材料核齐，三件都有",
            advice="共用的材料登记一次，三件都算收到。",
            source=ONE_SET,
            met=rules.all_in_order(3),
        ),
        Point(
            id="accepted",
            weight=15,
            wanted="三件都受理",
            advice="齐全即受理。",
            source=ACCEPT_LAW,
            met=rules.all_accepted(3),
        ),
        Point(
            id="once",
            weight=10,
            wanted="没有另外单独收件",
            advice="已在一件事里的，不再单收。",
            source=VISIT,
            met=rules.joint_alone,
        ),
    ),
    trips=_joint_trips,
)

BAG = Lesson(
    id="bag",
    title="寄递袋争议",
    about="到件清点少一份，揽收员不认：如实登记差异，由值班主任结案。",
    bag=True,
    papers=(
        Paper(name="寄递袋 {bag}", looks="市公安局寄来，封签 LX-0001，封签完好。"),
        Paper(name="袋里：居住证", looks="办理结果，原件1份，与清单相符。"),
        Paper(name="袋里：房屋租赁合同", looks="清单写复印件2份；拆封清点只有1份。"),
    ),
    words=(
        Said(who=COURIER, text="到件了：{bag}。封签没动过，您签收吧，我还有二十家要送。"),
        Said(who=COURIER, text="还要点？一向是签了就走的。"),
        Said(who=COURIER, text="少一份？封签好好的，跟我没关系，您别写我弄坏的。"),
        Said(who=OFFICE, text="查到了：租赁合同另一份复印件落在我们收发室，登记本第17号，明天随袋送到。"),
        Said(who="同事", text="差异要值班主任结案：按 F12 换成 S0001 登录，凭据写部门来电和登记本第17号。"),
    ),
    points=(
        Point(
            id="received",
            weight=15,
            wanted="签收了这一袋",
            advice="寄递的“到件”里选这一袋，清点后 F9 签收。",
            source=HANDS,
            met=rules.bag_here,
        ),
        Point(
            id="noted",
            weight=25,
            wanted="登记了短少",
            advice="清点不符的，光标移到那一行，按 F7 登记短少。",
            source=HANDS,
            met=lambda play: bool(rules.short(play)),
        ),
        Point(
            id="count",
            weight=20,
            wanted="短少的是租赁合同复印件1份",
            advice="写准哪一样、几份，不多不少。",
            source=COUNTED,
            met=rules.short_by("rental-contract", 1),
        ),
        Point(
            id="seal",
            weight=10,
            wanted="封签如实记为完好",
            advice="封签没有破的，不要记破损：责任因此不同。",
            source=HANDS,
            met=rules.seal_whole,
        ),
        Point(
            id="closed",
            weight=15,
            wanted="差异已结案，写明部门的答复",
            advice="有了部门的答复，在“差异”里按 F7 结案，写明凭据。",
            source=HANDS,
            met=rules.closed_as_found,
        ),
        Point(
            id="apart",
            weight=15,
            wanted="登记和结案不是同一个人",
            advice="登记由窗口人员，结案由值班主任登录后办理。",
            source=HANDS,
            met=rules.closed_by_another,
        ),
    ),
    trips=_bag_trips,
)
