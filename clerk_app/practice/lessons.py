"""The five lessons: who comes with what, what is said, and what is right."""

from __future__ import annotations

from clerk_app.domain.checklist import DeficitKind
from clerk_app.practice import rules
from clerk_app.practice.judging import Play, Point
from clerk_app.practice.lesson import Lesson, Paper, Said

NOTICE_LAW = "行政许可法第三十二条第一款第四项"
ON_THE_SPOT = "行政许可法第三十二条第一款第三项"
ACCEPT_LAW = "行政许可法第三十二条第一款第五项"
PROVISIONAL_RULE = "容缺受理只限可后补的材料，申请人书面承诺"
NUMBER_RULE = "证件号码核对校验位（GB 11643、GB 32100）"
ONE_SET = "一件事：同样的材料只收一套"
COUNTED = "收件登记实收份数，不是打勾"
HANDS = "交接清单不改，差异另行登记"
VISIT = "到场次数以事项上限为准"

SHE, COURIER, OFFICE = "申请人", "揽收员", "部门来电"

APPLICANT = "申请人的姓名、证件号码与证件一致"
SITUATION = "按申请人说的选定情形"


def _incomplete_trips(play: Play) -> int:
    """Told everything they come once more; else they come a third time."""
    case = play.case
    whole = {"rental-contract", "labour-contract", "photo-receipt"}
    told = rules.noticed(play) and case is not None and whole <= set(rules.named(case))
    return 2 if told else 3


def _at_once(play: Play) -> int:
    return 1 if rules.accepted(play) or rules.provisional(play) else 2


def _joint_trips(play: Play) -> int:
    return 1 if rules.together(3)(play) and rules.all_accepted(3)(play) else 3


def _bag_trips(play: Play) -> int:
    return 1 if rules.short(play) else 2


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
            advice="缺的都可容缺、申请人愿意承诺的，按 F9 选容缺受理。",
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

LESSONS: tuple[Lesson, ...] = (INCOMPLETE, WRONG_NUMBER, PROVISIONAL, JOINT, BAG)


def lesson_of(words: str) -> Lesson | None:
    """Return the lesson with this number, id or title."""
    for n, lesson in enumerate(LESSONS, start=1):
        if words.strip() in {str(n), lesson.id, lesson.title}:
            return lesson
    return None
