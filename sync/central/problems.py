"""Everything central may answer instead of what was asked: RFC 9457 problems, their statuses and their Chinese words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sync.wire import PROBLEMS, Problem


@dataclass(frozen=True, slots=True)
class Trouble:
    """One kind of problem; ``detail`` is what the clerk reads."""

    status: int
    title: str
    detail: str


TROUBLES: dict[str, Trouble] = {
    # The request as such.
    "malformed": Trouble(422, "Members are missing, of the wrong type or out of range", "请求内容不符合约定的格式。"),
    "not-json": Trouble(400, "The body is not JSON", "请求内容不是有效的 JSON。"),
    "too-large": Trouble(413, "The body or the batch is too large", "一次提交的内容超过了上限。"),
    "too-slow": Trouble(408, "The body did not come in time", "网络太慢，内容没有在限定时间内传完，稍后会自动重试。"),
    "media-type": Trouble(415, "Media type or content encoding not supported", "不支持的内容类型或压缩方式。"),
    "not-found": Trouble(404, "No such address", "没有这个接口地址。"),
    "method": Trouble(405, "Method not allowed", "该接口不支持这种请求方法。"),
    "too-fast": Trouble(429, "Too many requests of one window or account", "本窗口请求过于频繁，稍后会自动重试。"),
    "busy": Trouble(429, "Central sheds load", "市级平台正忙，稍后会自动重试。"),
    "too-often": Trouble(429, "Too many failed attempts", "口令多次输入错误，请稍后再试。"),
    "unavailable": Trouble(503, "The database cannot be reached", "市级平台暂时无法处理，稍后会自动重试。"),
    "internal": Trouble(500, "Internal error", "市级平台内部错误，稍后会自动重试。"),
    # Who speaks.
    "code-unknown": Trouble(403, "Enrolment code unknown, used or expired", "登记码不存在、已使用或已过期。"),
    "window-unknown": Trouble(404, "No such window", "没有登记过这个窗口，请重新入网。"),
    "window-revoked": Trouble(403, "The window was revoked", "本窗口已被停用，请联系管理员。"),
    "challenge-unknown": Trouble(403, "Challenge unknown, used or expired", "登录口令牌已过期，请重试。"),
    "key-unproven": Trouble(403, "The window's key was not proven", "窗口密钥校验未通过。"),
    "sign-in-refused": Trouble(403, "Number or password wrong", "工号或口令不正确。"),
    "person-not-here": Trouble(403, "Nobody of this service point", "该账号不属于本服务点，不能在此登录。"),
    "token-invalid": Trouble(401, "Access token missing, unknown or expired", "登录已过期，请重新登录。"),
    "refresh-invalid": Trouble(401, "Refresh token unknown, expired or used before", "登录已失效，请重新登录。"),
    "role-needed": Trouble(403, "Another role is needed", "您的岗位无权进行此操作。"),
    # A batch as a whole.
    "epoch-changed": Trouble(409, "The request names another life of central", "市级平台已从备份恢复，需要重新核对。"),
    "not-your-window": Trouble(403, "Entries of another window", "不能提交其他窗口的流水。"),
    "gap": Trouble(409, "Entries are missing before these", "流水序号不连续，需要从缺少处补报。"),
    "chain-broken": Trouble(409, "An entry does not name its predecessor's hash", "流水链校验未通过，内容可能被改动。"),
    "entry-reused": Trouble(409, "The same number or id was used for another entry", "同一流水号出现了不同的内容。"),
    # Work carried by hand.
    "carried-unreadable": Trouble(
        422, "What was carried cannot be opened, or is not whole", "代报的文件打不开或不完整，请在原窗口重新导出。"
    ),
    "carried-foreign": Trouble(
        403, "What was carried is of no enrolled window", "代报的文件不是在册窗口写的，市级平台不收。"
    ),
    "word-invalid": Trouble(
        403, "The word is not that of a supervisor of this point", "代报须由本服务点在册的督导确认，这一份的确认无效。"
    ),
    # One entry.
    "signature-invalid": Trouble(422, "The signature does not hold", "流水签名校验未通过。"),
    "actor-unknown": Trouble(403, "Nobody of this point has the actor's number", "经办人账号不存在或不属于本服务点。"),
    "actor-revoked": Trouble(403, "The actor's account was revoked", "经办人账号已停用，此项待督导核实。"),
    "not-your-role": Trouble(403, "The actor's role may not say this", "经办人的岗位无权进行此操作。"),
    "not-your-point": Trouble(403, "The subject is another point's", "该办件属于其他服务点。"),
    "entry-malformed": Trouble(422, "Members of the entry are out of range", "流水内容不符合约定的格式。"),
    "rule": Trouble(422, "A rule of the domain forbids it", "业务规则不允许此操作。"),
    "waits": Trouble(
        409, "An earlier entry about this subject waits to be mended", "此前一条被退回，改报之后这一条自动处理。"
    ),
    "case-awaited": Trouble(
        409, "The case's first entry has not come yet", "该办件的收件流水尚未到达，到达后自动处理。"
    ),
    "prefiling-received": Trouble(409, "The prefiling was received as another case", "这份预申报已由其他窗口收件。"),
    # A window that went its own way.
    "incarnation-needless": Trouble(
        409, "The window's history is no other than central's", "本窗口的流水与市级平台一致，不需要重新立户。"
    ),
    # Files.
    "scan-unannounced": Trouble(
        409, "No entry that central has names this file", "扫描件所属的流水尚未到达，稍后会自动重试。"
    ),
    "scan-refused": Trouble(422, "The file is not what it was said to be", "扫描件的内容与登记的不符，请重新扫描。"),
    "scan-unknown": Trouble(404, "No such file", "没有这份扫描件。"),
    "upload-unknown": Trouble(404, "No such upload, or it has expired", "上传已过期，将重新开始。"),
    "upload-offset": Trouble(409, "The upload stands elsewhere", "上传位置不符，将从断点继续。"),
    "upload-checksum": Trouble(
        460, "The bytes are not those the request told of", "上传的内容在传输中有误，将重新发送。"
    ),
    "tus-version": Trouble(412, "The request does not speak tus 1.0.0", "上传协议的版本不符。"),
    # What was asked for.
    "snapshot-unknown": Trouble(404, "No such snapshot, or it was swept", "目录快照已更换，将重新下载。"),
    "release-unknown": Trouble(404, "No such release", "市级平台没有这个版本的文件。"),
    "range": Trouble(416, "The range is past the end of the file", "请求的内容超出了文件末尾。"),
    "cursor-ahead": Trouble(
        410, "What came up to the cursor is not so any more", "市级平台的内容与本机收到过的不同，需要重新同步。"
    ),
    "case-unknown": Trouble(404, "No such case", "没有找到这个办件。"),
    "prefiling-unknown": Trouble(404, "No such prefiling", "没有找到这个预申报号。"),
}


class ProblemError(Exception):
    """Ends a request with a problem."""

    def __init__(
        self, code: str, detail: str = "", *, expected: int | None = None, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(code)
        self.code = code
        self.problem = problem(code, detail, expected=expected)
        self.headers = headers or {}


def problem(code: str, detail: str = "", **extra: Any) -> Problem:
    """Return a problem of the table; ``detail`` where more can be said than its standing words."""
    trouble = TROUBLES[code]
    return Problem(
        type=PROBLEMS + code, title=trouble.title, status=trouble.status, detail=detail or trouble.detail, **extra
    )


def rule_problem(code: str, message: str) -> Problem:
    """Return the problem of a domain rule, under the domain's own code."""
    return Problem(type=PROBLEMS + code, title=TROUBLES["rule"].title, status=TROUBLES["rule"].status, detail=message)
