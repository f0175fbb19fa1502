"""A demand that two units sent back, until the centre ruled whose business it is."""

from models.tickets import Difficulty, ProposalKind, TicketKind
from operations.demo.steps import accept, contact, dispatch, grant, send_back, sign
from operations.demo.stories.story import Story

STORIES = (
    Story(
        "厂门前电缆沟盖板塌陷一直没人修", "厂门前人行道下的电缆沟盖板塌了三块，货车进出要绕行，问了两家都说不归自己管。",
        "恒轧机械", "6 14:10", TicketKind.HELP, category="工程建设",
        steps=(
            accept("6 15:00", "工程建设/道路挖掘", Difficulty.COMPLEX),
            dispatch("6 16:00", "住建", "人行道由市政管理单位养护。"),
            sign("6 16:20"),
            send_back("5 09:10", "塌陷的是电缆沟盖板，不是人行道铺装，产权不在市政。",
                      basis="《云州市市政设施管理条例》第十六条", to="供电"),
            grant("5 10:00", ProposalKind.SEND_BACK, "情况属实，同意退回。"),
            dispatch("5 11:00", "供电", "电缆沟由供电单位管理。"),
            sign("5 11:20"),
            send_back("5 14:30", "该段电缆沟 2019 年已随道路改造移交市政，有移交单。",
                      basis="《电力供应与使用条例》第十七条", to="住建"),
            grant("5 15:20", ProposalKind.SEND_BACK, "同意退回。"),
            dispatch("4 09:30", "住建", "《云州市市政设施管理条例》第四条、2019 年道路改造移交单", ruling=True,
                     words="移交单写明电缆沟土建部分移交市政，盖板属土建；电缆本体仍归供电。由市住建局先修复，费用按移交协议结算。"),
            sign("4 10:00"),
            contact("4 11:00", "已和孙部长约好，明天上午围挡施工，两天修完。"),
        ),
    ),
)
