"""SCHEDULE: every recurring job in one table. docs/schedule.md is made from it."""

from datetime import time

from jobs import (
    anchors,
    backup,
    cadence,
    campaigns,
    counting,
    covers,
    delivery,
    filling,
    hall,
    housekeeping,
    imports,
    indexing,
    measures,
    months,
    ratings,
    retention,
    stewards,
    sweep,
    windows,
)
from jobs.job import Daily, Every, Job
from models.deliveries import Carrier

SCHEDULE: tuple[Job, ...] = (
    Job("sweep", sweep.run, Every(30, setting="SWEEP_SECONDS"), "巡检：到期事项预警、督办、升级"),
    Job("windows", windows.lapse, Every(60), "补正、评价期满：视为撤回、记为未评价"),
    Job("interactions", windows.lapse_interactions, Every(600), "互动确认期满：企业没有回应的不计有效"),
    Job("ledger-review", windows.review_ledger, Every(600), "挂账到复核日，自动恢复计时"),
    Job("counted-follow-ups", windows.queue_counted_cases, Every(600), "窗口办件：抽样抽中的、实名差评的排入回访；后来才知道企业的差评补开整改"),
    Job("late-musts", windows.call_after_all, Every(600), "抽样免访之后又被督办、批示的诉求，改为必访"),
    Job("review-reminders", windows.remind_reviewers, Every(600), "联审将到期，提醒还没有发表意见的成员"),
    Job("unit-talks", measures.propose, Every(600), "一个季度内多次被二次督办的单位，提请约谈"),
    Job("post-covers", covers.keep, Every(600), "代理：到日子的开始，过日子的结束"),
    Job("handover-reminders", stewards.remind, Daily(time(8, 40)), "移交满 3 个工作日没有确认，提醒双方"),
    Job("departed-stewards", stewards.release, Every(600), "没有管家岗位的人不再包保企业，企业转入待交接"),
    Job("deliver-notices", delivery.run, Every(15), "送达站内通知，避开安静时段"),
    Job("imports", imports.run, Every(10), "检查并导入大文件；接着做停机时没有做完的批次", moves_on=True),
    Job("campaigns", campaigns.keep_time, Every(600), "万企评机关：到期截止；按规则催答还没有回答的企业"),
    Job("hall-cases", hall.let_in, Every(60), "大厅办件：代码对应好了的，成批入库"),
    Job("search-index", indexing.run, Every(600), "补齐搜索索引：成批导入和遗漏的企业、办件"),
    Job("count-directory", counting.run, Every(300), "目录计数：填报情况、无管家企业和互动的数字，供大城市的页面取用"),
    Job("count-ratings", ratings.run, Every(300), "评价计数：新评价计入评价墙，匿名的凑满 5 份才计入"),
    Job("ask-ratings", ratings.ask, Every(60), "请评价：办完回访的，给没有账号的来电人发评价短信，不靠任何单位发"),
    Job("filling-week", filling.run, Daily(time(6, 10)), "填报周快照：每周第一次运行时冻结各单位的数字"),
    Job("cadence", cadence.run, Daily(time(7, 10)), "走访频次：开出本期应尽事项，对账、到期提醒、逾期标记"),
    Job("password-links", delivery.link, Every(10), "忘记密码：给申请的人发出重设密码的链接"),
    Job("send-texts", delivery.by(Carrier.SMS), Every(5), "发出验证码、邀请、督办提醒等短信；过期未发出的不再发", moves_on=True),
    Job("send-mails", delivery.by(Carrier.EMAIL), Every(30), "发出通知邮件", moves_on=True),
    Job("send-wecom", delivery.by(Carrier.WECOM), Every(30), "向企业微信群发出通知", moves_on=True),
    Job("send-dingtalk", delivery.by(Carrier.DINGTALK), Every(30), "向钉钉群发出通知", moves_on=True),
    Job("backup", backup.run, Daily(time(2, 10)), "备份：备份全站，在临时库里恢复并逐一核对（恢复演练）", moves_on=True),
    Job("anchors", anchors.run, Every(30), "封锚：每 10 分钟、每 1,000 条给日志链签名，存到库外并送见证方"),
    Job("months", months.run, Every(600), "换月：每月第一次运行时给日志另起一个分区（PostgreSQL），记下月份从哪一条开始"),
    Job("retention", retention.run, Daily(time(3, 40)), "到期清除：办结多年的联系电话，过期的会话、短信、邀请、草稿、导入文件"),
    Job("housekeeping", housekeeping.run, Daily(time(3, 20)), "清理过期的表单、登录失败记录、草稿附件和作业台账"),
)


def job_named(name: str) -> Job | None:
    """The job of this name."""
    return next((job for job in SCHEDULE if job.name == name), None)
