"""万企评机关 at the supervisor's office: plan, draw, invite, remind, close, freeze; and somebody else publishes."""

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from models import clock
from models.campaigns import Campaign, Stage
from operations.access.campaign_scope import PUBLISHERS, READERS, RUNNERS, WORD_READERS, get_campaign
from operations.errors import NotFound
from operations.insight import campaign_sheet, campaigns
from operations.ratings.campaigns import checking, drawing, freezing, inviting, planning
from views.forms.base import RefusableForm
from views.forms.campaigns import ActForm, ObjectsForm, PlanForm, defaults
from views.guards import for_roles
from views.papers import paper
from views.workbooks import sent_workbook

bp = Blueprint("campaigns", __name__, url_prefix="/campaigns")

# What may be done at a stage, in the order in which it is offered.
OFFERED = {
    Stage.DRAFT: ("draw", "abandon"), Stage.DRAWN: ("invite", "abandon"), Stage.RUNNING: ("remind", "close"),
    Stage.CLOSED: ("freeze",), Stage.FROZEN: ("publish",),
}
BUTTONS = {"draw": "抽样", "abandon": "作废", "invite": "发邀请", "remind": "催答", "close": "截止", "freeze": "封存结果",
           "publish": "公布"}
TOLD = {
    "draw": "已抽样，样本不再变。", "abandon": "已作废。", "invite": "邀请已交投递。", "remind": "催答已交投递。",
    "close": "已截止，不再收答卷。", "freeze": "结果已封存，不再变。等另一人公布。", "publish": "已公布，任何人都能查看。",
}


@bp.get("")
@for_roles(*READERS)
def index() -> str:
    """All campaigns of the region."""
    return render_template("campaigns/index.html", rows=campaigns.listed(current_user),
                           may_create=current_user.holds(*RUNNERS))


@bp.route("/new", methods=["GET", "POST"])
@for_roles(*RUNNERS)
def new() -> ResponseReturnValue:
    """发起评议."""
    form: Any = PlanForm.from_request(data=defaults()) if request.method == "GET" else PlanForm.from_request()
    made: list[Campaign] = []
    if form.was_submitted_and_valid() and form.carried_out(
        lambda: made.append(planning.create(form.plan, actor=current_user, once=form.once))
    ):
        flash("已发起，请加评议对象。", "success")
        return redirect(url_for(".show", campaign_id=made[0].id))
    return render_template("campaigns/new.html", form=form), form.status_code if form.errors else 200


@bp.get("/<id:campaign_id>")
@for_roles(*READERS)
def show(campaign_id: int) -> ResponseReturnValue:
    """One campaign: what stands, and what is to be done next."""
    return _shown(get_campaign(current_user, campaign_id))


@bp.post("/<id:campaign_id>/objects")
@for_roles(*RUNNERS)
def add(campaign_id: int) -> ResponseReturnValue:
    """加对象."""
    campaign, form = get_campaign(current_user, campaign_id), ObjectsForm.from_request()
    counted: list[int] = []
    if form.was_submitted_and_valid() and form.carried_out(lambda: counted.append(planning.add_objects(
        campaign_id, actor=current_user, kind=form.kind.data, peer_group=form.peer_group.data,
        lines=form.lines.data.splitlines(),
    ))):
        flash(f"加了 {counted[0]} 个对象。" if counted[0] else "这些对象都已经在里面了。", "success")
        return redirect(url_for(".show", campaign_id=campaign_id))
    return _shown(campaign, objects=form)


@bp.post("/<id:campaign_id>/objects/<id:object_id>/drop")
@for_roles(*RUNNERS)
def drop(campaign_id: int, object_id: int) -> ResponseReturnValue:
    """去掉对象."""
    campaign, form = get_campaign(current_user, campaign_id), ActForm.from_request()
    if form.was_submitted_and_valid() and form.carried_out(
        lambda: planning.drop_object(campaign_id, object_id, actor=current_user)
    ):
        flash("已去掉。", "success")
        return redirect(url_for(".show", campaign_id=campaign_id))
    return _shown(campaign, act=form)


@bp.post("/<id:campaign_id>/<any(draw, abandon, invite, remind, close, freeze, publish):verb>")
@for_roles(*PUBLISHERS)
def act(campaign_id: int, verb: str) -> ResponseReturnValue:
    """The next step."""
    campaign, form = get_campaign(current_user, campaign_id), ActForm.from_request()
    if verb != "publish" and not current_user.holds(*RUNNERS):
        raise NotFound
    if form.was_submitted_and_valid() and form.carried_out(lambda: _perform(verb, campaign_id)):
        flash(TOLD[verb], "success")
        return redirect(url_for(".show", campaign_id=campaign_id))
    return _shown(campaign, act=form)


@bp.get("/<id:campaign_id>/draw")
@for_roles(*READERS)
def sample(campaign_id: int) -> ResponseReturnValue:
    """抽样说明: seed, plan, strata; with ?check=1 the draw is done again and compared."""
    campaign = get_campaign(current_user, campaign_id)
    if campaign.drawn_at is None:
        raise NotFound
    found = checking.check(campaign) if "check" in request.args else None
    return render_template("campaigns/draw.html", campaign=campaign, strata=campaigns.strata(campaign), found=found)


@bp.get("/<id:campaign_id>/words")
@for_roles(*WORD_READERS)
def words(campaign_id: int) -> str:
    """What was written, once the results are frozen."""
    campaign = get_campaign(current_user, campaign_id)
    return render_template("campaigns/words.html", campaign=campaign, rows=campaigns.written(campaign))


@bp.get("/<id:campaign_id>/file.<any(xlsx, docx, pdf):form>")
@for_roles(*READERS)
def file(campaign_id: int, form: str) -> ResponseReturnValue:
    """The frozen results to be taken away."""
    campaign = get_campaign(current_user, campaign_id)
    if campaign.stage not in campaigns.COUNTED:
        raise NotFound
    return taken_away(campaign, form, is_public=False)


def taken_away(campaign: Campaign, form: str, *, is_public: bool) -> ResponseReturnValue:
    """The results as a file of this form."""
    if form == "xlsx":
        return sent_workbook(campaign_sheet.workbook(campaign, is_public=is_public), f"{campaign.title}结果")
    return paper(campaign_sheet.paper(campaign), f"{campaign.title}结果", form)


def _perform(verb: str, campaign_id: int) -> object:
    if verb in ("invite", "remind"):
        tell: Any = inviting.invite if verb == "invite" else inviting.remind
        return tell(campaign_id, actor=current_user, address_of=_address_of)
    module = {"draw": drawing, "abandon": planning}.get(verb, freezing)
    perform: Any = getattr(module, verb)
    return perform(campaign_id, actor=current_user)


def _address_of(token: str) -> str:
    return current_app.config["PUBLIC_URL"].rstrip("/") + url_for("results.answer", token=token)


def _shown(campaign: Campaign, *, objects: RefusableForm | None = None,
           act: RefusableForm | None = None) -> ResponseReturnValue:
    stage, sent = campaign.stage, objects or act
    runs = current_user.holds(*RUNNERS)
    publishes = current_user.holds(*PUBLISHERS) and campaign.frozen_by_id != current_user.user_id
    offered = [verb for verb in OFFERED.get(stage, ()) if (publishes if verb == "publish" else runs)]
    page = render_template(
        "campaigns/show.html", campaign=campaign, stage=stage, people=campaigns.people_of(campaign),
        rows=campaigns.objects(campaign), buttons=BUTTONS, form=sent,
        offered=offered,
        objects_form=(objects or ObjectsForm(formdata=None)) if runs and stage is Stage.DRAFT else None,
        method=campaign_sheet.method(campaign),
        progress=campaigns.progress(campaign) if stage in (Stage.RUNNING, Stage.CLOSED) else None,
        groups=campaigns.results(campaign) if stage in campaigns.COUNTED else [],
        is_over=clock.now() >= inviting.closes_at(campaign),
        may_read_words=current_user.holds(*WORD_READERS), is_own=campaign.frozen_by_id == current_user.user_id,
    )
    return page, sent.status_code if sent is not None and (sent.errors or sent.form_errors) else 200
