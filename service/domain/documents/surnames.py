"""Surnames, as patterns take them to tell a person's name from a word."""

__all__ = ["DOUBLE", "FREQUENT", "RARER"]

FREQUENT = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石"
    "金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向汤涂饶晏揭艾章俞施左樊裘"
)
"""The hundred that nine in ten people have, and some that are frequent in Jiangxi, a character each."""

RARER = "萧傅阎康易常乔赖文邬占欧温聂喻葛殷洪翟颜倪牛柳毕祝包柯管游詹焦兰闵耿卓路苗凌费纪甘单裴霍成苟丘骆戚辛齐"
"""Further ones of one character; more of them begin words too."""

DOUBLE = "欧阳|上官|司马|诸葛|司徒|慕容|夏侯|皇甫|尉迟|令狐"
"""Those of two characters, as the branches of a pattern."""
