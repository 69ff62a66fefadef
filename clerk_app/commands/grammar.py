"""Every command's name, arguments and help; what a command does is loaded when it is run."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from clerk_app.commands.custody_grammar import add_custody, add_parcel
from clerk_app.commands.fleet_grammar import add_fleet
from clerk_app.commands.measure_grammar import add_measures
from clerk_app.commands.parsing import Parser, counting, day, moment
from clerk_app.commands.print_grammar import add_printing
from clerk_app.commands.program_grammar import add_check, add_releases, add_update
from clerk_app.commands.supervision_grammar import add_supervision, add_task
from clerk_app.program.build_info import build_info

MOST = 1_000_000
"""More than any city has items."""
EPILOG = "退出状态：0 办成；1 有内容被拒；2 用法不对；3 未就绪（未登记为窗口、未登录、打不开）；4 需要网络而网络不通。"

Add = Callable[[str, str, str], Parser]


def parser() -> Parser:
    """Return the parser of the whole command line; ``options.command`` is what is to be run."""
    common = Parser(add_help=False)
    common.add_argument("--data", type=Path, default=argparse.SUPPRESS, metavar="DIR", help="窗口数据所在的文件夹")
    common.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="以 JSON 输出")
    made = Parser(
        prog="clerk",
        description="综合窗口终端：一个窗口，收全市各部门的件。不带命令即打开客户端。",
        epilog=EPILOG,
        parents=[common],
    )
    made.add_argument("--version", action="version", version=f"clerk {build_info().version}", help="显示版本")
    _thrift(made, None)
    made.set_defaults(command=_later("client:run"), json=False)
    commands = made.add_subparsers(title="命令", metavar="命令")

    def below(parent: Any) -> Add:
        def add(name: str, text: str, does: str) -> Parser:
            one: Parser = parent.add_parser(name, help=text, description=text, parents=[common])
            if does:
                one.set_defaults(command=_later(does))
            return one

        return add

    add = below(commands)
    one = add("demo", "在本机上开一座样例城市，然后打开客户端", "client:demo")
    one.add_argument("--full", action="store_true", help="全量样例：767 个服务点、11389 个事项")
    _thrift(one, argparse.SUPPRESS)
    one.add_argument("--prepare", action="store_true", help="只准备好样例城市，不打开客户端")
    one = add("practice", "练习：按剧本来的申请人，办完打分；不联网，什么都不上报", "practice:practice")
    one.add_argument(
        "lesson", nargs="?", default="", metavar="LESSON", help="哪一课：序号、代号或名称；不给则打开后再选"
    )
    one.add_argument("--list", action="store_true", help="列出各课和成绩，不打开客户端（--json 供带教人员汇总）")
    _becoming(add)
    _window(add)
    _over_the_line(add)
    _scans(add, below)
    _papers_moving(add, below)
    _handover(add)
    add_supervision(add)
    task = add("task", "督办的待办：转办、退回整改、了结、答复", "")
    add_task(below(task.add_subparsers(title="命令", metavar="命令", required=True)))
    add_measures(add)
    add_update(add)
    add_printing(add)
    central = add("central", "市中心一端", "")
    add = below(central.add_subparsers(title="命令", metavar="命令", required=True))
    _central(add)
    courier = add("courier", "揽收员：登记、停用、重设 PIN、列出", "")
    _couriers(below(courier.add_subparsers(title="命令", metavar="命令", required=True)))
    return made


def _thrift(one: Parser, default: Any) -> None:
    one.add_argument(
        "--low-bandwidth",
        action=argparse.BooleanOptionalAction,
        default=default,
        help="慢速线路（SSH）上少发字节，画面不变；默认在 SSH 下自动开启",
    )


def _becoming(add: Add) -> None:
    one = add("enrol", "把本机登记为窗口", "enrolling:enrol")
    one.add_argument("--central", required=True, metavar="URL", help="市中心的地址")
    one.add_argument("--code", required=True, metavar="CODE", help="一次性登记码")
    one.add_argument("--passphrase", action="store_true", help="不用系统钥匙串，改用口令打开本窗口的数据")
    one = add("setup", "第一次在本机设置窗口：登记、下载目录、打印机、扫描仪、检查；不用屏幕", "setting_up:setup")
    one.add_argument(
        "--file", type=Path, metavar="FILE", help="技术员的设置文件 clerk-setup.json；不给则到程序旁和 U 盘上找"
    )
    one.add_argument("--desk", metavar="NAME", help="设置文件里有几个窗口时，本机是哪一个")
    one.add_argument("--central", metavar="URL", help="市中心的地址，与 --code 一起用")
    one.add_argument("--code", metavar="CODE", help="一次性登记码")
    one.add_argument(
        "--printer", metavar="PRINTER", help="打印机，写法同 window.json；不给则用设置文件的，或系统默认的"
    )
    one.add_argument("--scanner", metavar="DIR", help="扫描仪存放文件的文件夹")
    one.add_argument("--no-test-page", action="store_true", help="不打印测试页")


def _window(add: Add) -> None:
    one = add("sign-in", "登录；之后的命令沿用，直到 sign-out", "window:sign_in")
    one.add_argument("--as", dest="number", required=True, metavar="工号", help="工号")
    one.add_argument("--password-stdin", action="store_true", help="从标准输入读口令（一行）")
    add("sign-out", "退出登录", "window:sign_out")
    one = add("items", "查找事项：名称、拼音首字母、全拼、代码、部门；不给词则按名称列出", "window:items")
    one.add_argument("words", nargs="*", metavar="WORDS", help="要找的词")
    one.add_argument("--limit", type=counting(0, MOST), default=50, metavar="N", help="最多列出多少项；0 为全部")
    one = add("intake", "从文件登记收件（每行一个 JSON 对象，或一个 JSON 数组），每件一行结果", "intake:intake")
    one.add_argument("file", metavar="FILE", help="文件；- 为标准输入")
    one = add("cases", "列出办件", "window:cases")
    one.add_argument("words", nargs="*", metavar="WORDS", help="编号、姓名或证件号码")
    add("journal", "列出业务流水", "window:journal")
    add("status", "本窗口的现状", "window:show_status")
    add("sync", "与市中心同步一次", "window:sync")
    one = add("doctor", "检查本窗口能不能办理：哪里不对、留存了什么、怎么处理；不改动任何东西", "doctor:doctor")
    add_check(one)
    one.add_argument("--deep", action="store_true", help="逐条核对：每行都打开，次序、签名、办件都核对一遍")
    one = add("set-time", "本机时钟不准又连不上市中心时，报准现在的时间", "doctor:set_time")
    one.add_argument("time", type=moment, metavar="TIME", help='现在的北京时间，如 "2026-11-23 09:30"')
    one = add("rotate-keys", "更换封存本窗口数据的密钥，办件可照常进行", "rekey:rotate")
    one.add_argument(
        "--passphrase", action="store_true", help="同时换一个新口令（CLERK_NEW_PASSPHRASE_FILE 或键入两遍）"
    )
    one = add("prune", "清理：早已办完、市中心及其备份都有的办件，不再留在本窗口（每天也会自动做）", "upkeep:prune")
    one.add_argument(
        "--days", type=counting(30, 36_500), metavar="N", help="办完多少天后清理，最少 30；默认 90，或按设置"
    )
    one.add_argument("--dry-run", action="store_true", help="只数一数，什么也不动；客户端开着也可以")
    one = add(
        "backup", "把本窗口的数据、密钥文件和设置备份成一个文件（封存的，仍须原来的口令或钥匙串）", "upkeep:backup"
    )
    one.add_argument("file", type=Path, metavar="FILE", help="备份文件，不覆盖已有的")
    one = add("restore", "从备份恢复到一个空文件夹（用 --data 指定）；恢复后原机不得再用", "upkeep:restore")
    one.add_argument("file", type=Path, metavar="FILE", help="clerk backup 做的备份文件")
    add("losses", "列出本窗口灭失的流水：编号、申请人、是否找回", "losses:losses")
    one = add(
        "move",
        "本窗口迁到另一服务点：用市中心签发的迁移码（clerk central move），原数据留在旁边的文件夹",
        "moving:move",
    )
    one.add_argument("--code", metavar="CODE", help="迁移码；中断后再执行可不给")
    text = "材料和寄递袋已当面交给本服务点的其他窗口：还有在本窗口的也迁"
    one.add_argument("--papers-handed-over", action="store_true", help=text)
    text = "重新立户：本机的流水与市中心分叉（旧备份、磁盘副本）时，改以新的窗口号续办；须值班主任登录"
    add("renew-window", text, "renewing:renew")
    one = add("write-off", "核销找不回的流水，使其后的得以上报；须值班主任登录", "losses:write_off")
    one.add_argument("--reason", required=True, metavar="TEXT", help="核销的原因，记入流水")
    one = add("paper", "把办件、寄递袋或交接清单的文书存为 PDF", "window:paper")
    one.add_argument("kind", metavar="KIND", help="文书名称，如 接收回执、送达回执、寄递袋标签、交接清单")
    one.add_argument("case", metavar="NUMBER", help="办件、寄递袋或交接清单的编号")
    one.add_argument("--out", required=True, type=Path, metavar="FILE", help="存到哪个文件")


def _scans(add: Add, below: Callable[[Any], Add]) -> None:
    one = add("scans", "列出扫描件：附在哪一件的哪项材料上，传到市中心没有", "scans:scans")
    one.add_argument("case", nargs="?", default="", metavar="CASE", help="办件编号；不给则列出本窗口附过的")
    scan = add("scan", "附上或撤下扫描件", "")
    add = below(scan.add_subparsers(title="命令", metavar="命令", required=True))
    one = add("attach", "把一个文件（JPEG、PNG、PDF）附到办件的一项材料上", "scans:attach")
    one.add_argument("case", metavar="CASE", help="办件编号")
    one.add_argument("material", metavar="MATERIAL", help="材料编号或名称")
    one.add_argument("file", type=Path, metavar="FILE", help="扫描件；在扫描仪文件夹里的，附好后从那里删除")
    one = add("remove", "撤下附错的扫描件", "scans:remove")
    one.add_argument("case", metavar="CASE", help="办件编号")
    one.add_argument("entry", metavar="ENTRY", help="附上它的那一条的编号（scans 列出的 entry），可只写开头")
    one.add_argument("--reason", required=True, metavar="TEXT", help="理由，记入流水")


def _papers_moving(add: Add, below: Callable[[Any], Add]) -> None:
    add_custody(add)
    parcel = add("parcel", "看或办理一个寄递袋", "")
    add_parcel(below(parcel.add_subparsers(title="命令", metavar="命令", required=True)))


def _over_the_line(add: Add) -> None:
    one = add("case", "看一件：本窗口的，或其他服务点的（要联网）", "casework:show")
    one.add_argument("case", metavar="NUMBER", help="办件编号")
    one = add("clock", "核对时限：一件的每个时限，依据、起算、暂停、到期日，逐日怎么计的", "clocks:clock")
    one.add_argument("case", metavar="CASE", help="办件编号")
    one = add("take-up", "异地续办：把其他服务点的办件转到本服务点办理（要联网）", "casework:take_up")
    one.add_argument("case", metavar="NUMBER", help="办件编号")
    one.add_argument("--reason", default="", metavar="TEXT", help="续办的理由")
    one = add("prefiling", "看一份网上预申报（要联网）；收件用 intake 的 prefiling", "casework:prefiling")
    one.add_argument("number", metavar="NUMBER", help="预申报编号，或二维码的内容")
    add("conflicts", "列出待处理的冲突：两边各做了什么，采用与否各成什么样", "disputes:conflicts")
    one = add("settle", "处理一处冲突；须值班主任登录", "disputes:settle")
    one.add_argument("case", metavar="CASE", help="办件编号")
    one.add_argument("entry", metavar="ENTRY", help="有冲突的那一条的编号（conflicts 列出的 entry）")
    which = one.add_mutually_exclusive_group(required=True)
    which.add_argument("--stands", dest="stands", action="store_true", help="采用")
    which.add_argument("--drop", dest="stands", action="store_false", help="不采用")
    one.add_argument("--reason", required=True, metavar="TEXT", help="理由，记入流水")
    add("refused", "列出被市中心退回、还没有处理的流水", "refusals:refused")
    one = add("mend", "改报：把退回的一条改后重报，或原样重报", "refusals:mend")
    one.add_argument("entry", metavar="ENTRY", help="退回的那一条的编号（refused 列出的 entry）")
    one.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="PATH=VALUE",
        help="改哪一项，可多次；路径见 refused --json 的 leaves",
    )
    one.add_argument("--as-is", action="store_true", help="原样重报：退回的原因已经没有了")
    one.add_argument("--reason", default="", metavar="TEXT", help="说明")
    one = add("give-up", "退回的一条不再报，其后的继续上报", "refusals:give_up")
    one.add_argument("entry", metavar="ENTRY", help="退回的那一条的编号")
    one.add_argument("--reason", required=True, metavar="TEXT", help="理由，记入流水")


def _handover(add: Add) -> None:
    text = "未上报的另存一份（封存的）：显示现状，或设定文件夹（另一块磁盘、U 盘、共享）"
    one = add("second-copy", text, "handover:second_copy")
    which = one.add_mutually_exclusive_group()
    which.add_argument("place", nargs="?", type=Path, metavar="DIR", help="存放第二副本的文件夹，须已存在")
    which.add_argument("--off", action="store_true", help="不再存第二副本")
    one = add("export-unsent", "把未上报的封存成一个文件，带到别的窗口代报；不用登录", "handover:export_unsent")
    one.add_argument("file", type=Path, metavar="FILE", help="写到哪个文件")
    text = "代报：导入别的窗口未上报的文件（导出的，或它的第二副本），须值班主任登录"
    one = add("import-unsent", text, "handover:import_unsent")
    one.add_argument("file", type=Path, metavar="FILE", help="要导入的文件")


def _central(add: Add) -> None:
    serve = add("serve", "运行市中心", "central:serve")
    _serving(serve)
    load = add("import-catalogue", "导入部门报来的事项目录（.xlsx、.csv、.json）", "central:import_catalogue")
    load.add_argument("file", type=Path, metavar="FILE", help="目录文件")
    seed = add("seed", "放入样例城市", "central:seed")
    seed.add_argument("--full", action="store_true", help="全量：767 个服务点、167 个部门、11389 个事项")
    backup = add("backed-up", "备份数据库前后各执行一次，使各窗口得知哪些流水已有备份", "central:backed_up")
    step = backup.add_mutually_exclusive_group(required=True)
    step.add_argument("--begin", action="store_true", help="备份之前：记下各窗口的位置，输出这次备份的编号")
    step.add_argument("--done", metavar="TOKEN", help="备份成功之后：给出编号")
    tables = add("migrate", "把数据库升级到本版本的表结构", "central:migrate")
    tables.add_argument("--check", action="store_true", help="只查看，不升级；需要升级时退出状态为 1")
    odd = add("incidents", "列出异常：签名不对、流水断链、冒用他人名义等", "central:incidents")
    epoch = add("new-epoch", "数据库从备份恢复之后、重新运行之前执行：各窗口据此补报丢失的", "central:new_epoch")
    for one in (serve, load, seed, backup, tables, odd, epoch, *add_fleet(add), *add_releases(add)):
        _database(one)


def _database(one: Parser) -> None:
    one.add_argument("--database", metavar="URL", help="SQLite 或 PostgreSQL 数据库地址（CLERK_CENTRAL_DATABASE）")


def _couriers(add: Add) -> None:
    known = add("add", "登记揽收员，或更改已登记的；没有给 PIN 的新揽收员抽取一个，只显示这一次", "couriers:add")
    known.add_argument("badge", metavar="BADGE", help="工牌号：4 到 20 位字母和数字，如 YZ000123")
    known.add_argument("--name", required=True, metavar="NAME", help="姓名")
    known.add_argument(
        "--point", dest="points", action="append", required=True, metavar="CODE", help="服务哪个服务点，可多次"
    )
    known.add_argument("--company", default="", metavar="NAME", help="揽收企业")
    known.add_argument("--vehicle", default="", metavar="PLATE", help="车牌号")
    known.add_argument("--contact", default="", metavar="PHONE", help="联系电话")
    known.add_argument(
        "--for", dest="receives_for", action="append", metavar="CODE", help="可代收谁的袋件：代码，可多次；不给则不限"
    )
    known.add_argument("--from", dest="valid_from", type=day, metavar="DATE", help="自哪天起有效")
    known.add_argument("--until", dest="valid_until", type=day, metavar="DATE", help="有效到哪天（含当天）")
    known.add_argument("--pin-stdin", action="store_true", help="从标准输入读 PIN（6 位数字）")
    other = add("set-pin", "重设揽收员的 PIN：抽取一个，只显示这一次，或从标准输入读", "couriers:set_pin")
    other.add_argument("badge", metavar="BADGE", help="工牌号")
    other.add_argument("--pin-stdin", action="store_true", help="从标准输入读 PIN（6 位数字）")
    gone = add("revoke", "停用揽收员，各窗口下一次联网即生效；重新登记即恢复", "couriers:revoke")
    gone.add_argument("badge", metavar="BADGE", help="工牌号")
    every = add("list", "列出揽收员；不显示 PIN", "couriers:listed")
    every.add_argument("--point", default="", metavar="CODE", help="只列一个服务点的")
    for one in (known, other, gone, every):
        _database(one)


def _serving(serve: Parser) -> None:
    """What is not given here is taken from the environment (``docs/operations.md``)."""
    serve.add_argument("--port", type=counting(0, 65535), metavar="N", help="端口，默认 8440；0 为任取一个")
    serve.add_argument("--host", metavar="ADDRESS", help="监听的地址，默认 127.0.0.1")
    serve.add_argument("--tls-cert", type=Path, metavar="FILE", help="证书（PEM，含证书链）；不给则由前面的代理负责")
    serve.add_argument("--tls-key", type=Path, metavar="FILE", help="证书的私钥")
    serve.add_argument("--proxies", metavar="LIST", help="信任哪些代理报来的来访地址，逗号分隔")
    serve.add_argument("--workers", type=counting(1, 64), metavar="N", help="几个进程共用这个端口，默认 1")
    serve.add_argument("--pool", type=counting(1, 1000), metavar="N", help="每个进程的数据库连接数，默认 10")
    serve.add_argument("--pushes", type=counting(1, 1000), metavar="N", help="每个进程同时收几批流水，默认 4")
    serve.add_argument(
        "--queue", type=counting(0, 100_000), metavar="N", help="最多几批排队，再多请其稍后再来，默认 64"
    )
    serve.add_argument("--scans", type=Path, metavar="DIR", help="存放扫描件的文件夹，各进程共用")
    serve.add_argument("--releases", type=Path, metavar="DIR", help="签发好的新版本所在的文件夹")
    serve.add_argument("--metrics", metavar="WHERE", help="on、off 或另一个 地址:端口，默认 on")
    levels = ("debug", "info", "warning", "error")
    serve.add_argument("--log-level", choices=levels, metavar="LEVEL", help="日志级别：debug、info、warning；默认 info")
    serve.add_argument("--drain", type=counting(0, 300), metavar="N", help="停止之前先让代理得知，几秒，默认 0")
    serve.add_argument("--no-migrate", action="store_true", help="不自动升级数据库，版本不对就不运行")
    serve.add_argument("--simulate-departments", action="store_true", help=argparse.SUPPRESS)
    serve.set_defaults(log_to_stderr=True)


def _later(place: str) -> Callable[[argparse.Namespace], int]:
    """Return a function of ``clerk_app.commands``, imported when it is called."""
    module, _, name = place.partition(":")

    def run(options: argparse.Namespace) -> int:
        return int(getattr(import_module(f"clerk_app.commands.{module}"), name)(options))

    return run
