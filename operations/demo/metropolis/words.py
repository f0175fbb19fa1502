"""What people, firms and places of the large demonstration are called: fictional, drawn from small lists."""

import gzip
import itertools
import random
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

from operations.errors import BadInput

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚"
GIVEN = "伟芳娜秀敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉兰红健俊峰宇欣悦晨阳雪梅琳倩颖佳慧婷博文浩然志新建国立波海燕"
FIRST = "恒鑫福天中宏锦海云凤北顺鲜河瑞泰盛德信达诚嘉丰润景晟昊煜金银铭远博长安利华荣兴隆祥和永正同仁广聚源通汇嘉康宁悦朗晨曙启"
SECOND = "轧源兴工北达绣川启栖方岳顺丰润泽盛德诚美嘉禾景程昊煜辉铭远博长安利华荣隆祥和永正同仁广聚通汇康宁悦朗晨曙航帆翔腾跃驰"
TRADES = ("机械", "包装", "热电设备", "数控科技", "物流", "纺织", "食品", "软件", "建材", "汽车配件", "新能源", "化工", "冶金", "装备制造", "环保科技",
          "医药", "电气", "农业发展", "商贸", "建筑工程", "人力资源", "文化传媒", "餐饮管理", "酒店管理", "信息技术", "模具", "铸造", "钢构", "电子", "光电")
SHOPS = ("便利店", "饺子馆", "生鲜超市", "五金店", "理发店", "小吃店", "药房", "服装店", "修车行", "文具店", "茶行", "水果店", "烟酒店", "花店", "快餐店")
CROPS = ("蔬菜", "水稻", "苹果", "葡萄", "食用菌", "肉牛", "奶牛", "蜂业", "花卉", "草莓", "农机", "淡水鱼")
STREETS = ("和平", "建设", "胜利", "解放", "团结", "光明", "幸福", "新华", "人民", "友谊", "青年", "迎宾", "滨河", "东风", "朝阳", "文化")
TITLES = ("总经理", "副总经理", "行政经理", "厂长", "负责人", "办公室主任", "财务经理", "店主")
LONGEST_NAME = 40


def read_names(path: Path) -> list[str]:
    """Short names of firms, one a line, from a text file or a .gz of one. Raises BadInput with the reason."""
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8-sig") as lines:
            names = [name for line in lines if (name := _plain(line))]
    except (OSError, EOFError, UnicodeDecodeError) as problem:
        raise BadInput(f"读不了名称文件 {path}：应为 UTF-8 文本，每行一个名称，可用 gzip 压缩。") from problem
    if not names:
        raise BadInput(f"名称文件 {path} 里没有可用的名称。")
    return names


def short_names(chance: random.Random, given: Sequence[str] = ()) -> Iterator[str]:
    """Short names without end: those given, in an order of chance and over again, else two signs of our own lists."""
    if given:
        shuffled = list(given)
        chance.shuffle(shuffled)
        return itertools.cycle(shuffled)
    return (chance.choice(FIRST) + chance.choice(SECOND) for _ in itertools.count())


def person(chance: random.Random) -> str:
    """Somebody's name."""
    return chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=chance.choice((1, 2, 2))))


def _plain(line: str) -> str:
    name = unicodedata.normalize("NFKC", line).strip()
    return name if name.isprintable() and len(name) <= LONGEST_NAME else ""
