"""What stands around a number or a harm: whether a text says it of people harmed in this matter, now, as a claim.

A number of people near a word of harm is no victim count where the harm is denied, supposed or warned of; where the
number is a statistic, a trial or history; where it counts suspects, officials or the helpers; or where a text quotes
it only to refute it. All patterns read normalised text.
"""

import re
from functools import lru_cache
from itertools import chain

__all__ = [
    "HARM",
    "SENTENCE",
    "USE",
    "clause_around",
    "counts_all_reports",
    "has_statistic",
    "is_another_story",
    "is_harm_told",
    "is_refuted",
    "is_scoffed_at",
    "is_statistic",
    "is_supposed",
    "is_unrelated",
    "names_harm",
    "quoted_spans",
    "ruled_out_spans",
    "supposes",
    "tells_of_many",
    "without_ruled_out",
]


def _each(words: str, rest: str) -> str:
    """Return alternatives of each word with what follows it."""
    return "|".join(f"{word}{rest}" for word in words.split())


# Of these patterns every alternative begins with a character: so the engine skips to the next that begins one, instead of
# trying hundreds of words at each place. HARM takes a fifth of the time so, measured on texts of the field.
HARM = re.compile(
    "中毒|昏迷|住院|住进|送医|送进|急诊|抢救|icu|病危|休克|过敏|红肿|溃烂|溃疡|失明|失聪|耳聋|瘫痪|面瘫|致残|截肢|切除|摘除|毁容|烂脸|脸烂|烂了|烂掉|"
    "肝损伤|肝衰|肾衰|尿毒症|坏死|感染|出血|呕吐|腹泻|抽搐|抽了(?!.{0,4}[烟支根])|晕倒|晕厥|晕在|晕了|高烧|高热|寒战|发烧|发热|烧到|打冷战|发抖|打摆子|皮疹|红疹|起疹|荨麻疹|起泡|畸形|致盲|穿孔|烧伤|"
    "灼伤|烫伤|流产|不孕|心脏骤停|脑出血|心梗|洗胃|后遗症|伤残|肝炎|胰腺炎|皮炎|结膜炎|发炎|化脓|流脓|硬结|肿胀|不良反应|异常反应|受害|不适|损伤|性早熟|角膜炎|晕|"
    "发病|心悸|心律失常|心跳1[0-9]{2}|血压升高|血压飙|病情加重|加重病情|白血病|换肾|换肝|功能异常|功能偏高|转氨酶|肌酐飙|跛行|失眠|疼得|一直吐|依赖|惊厥|"
    "发黑|二次手术|起就倒|站起来就倒|起红丝|脱皮|影响视力|偏瘫|癫痫|脑病|受伤|伤者|患上|残疾|视力下降|听力下降|看不见|致癌|脱发|生命垂危|未脱离危险|脱离危险|就医|就诊|"
    "脑炎|昏睡|眼睛肿|脸肿|脱水|误种|误为|打错|错打|"
    f"{_each('接种 打 注射 输注 输液 输 挂 用', '[了到过]?.{0,6}(?:过期|失效)')}|{_each('过期 失效 超过有效期', '.{0,30}(?:接种|打|注射)')}|"
    "接种.{0,6}(?:过期|失效)|过期.{0,20}打了|毒疫苗|"
    "低血压|血压骤降|血压测不|腹痛|肚子疼|恶心|胸闷|胸痛|心慌|气促|呼吸困难|喘不上|喘不过气来|发紫|嘴唇发白|冷汗|满头汗|打冷[摆颤]|喊冷|寒颤|说胡话|站不稳|肾病|尿蛋白|蛋白尿|尿汞|尿砷|驱汞|"
    "个不正常|反跳|圆了一圈|脸.{0,3}圆了|小胖脸|掉了一大片|水泡|结痂|留疤|留个坑|黄水|肿成|酸中毒|骨折|松动|断[裂成]|断在|吞咽困难|黄疸|发黄|胆红素|肌肉溶解|肌溶解|酱油色|低血糖|窒息|叫不醒|不省人事|意识不清|"
    "血压掉到|黑绒毛|绒毛|全是泡|鼻尖.{0,4}[白黑]|通红发硬|肿起硬块|喉咙紧|眼前发蓝|酮症|血糖[飙冲升]|风团|晕倒|角膜掉皮|眼白黄|粒细胞|满脸脓包|满月脸|血糖异常|骨头.{0,5}断|肋骨.{0,4}[断裂]|跟腱.{0,8}断|全断|瘫在床|嘴唇烂|起疱|肿得|破了流脓|全红|嘴歪|动不了|没尿|看东西重影|眼睑下垂|撑不起来|颅骨|昏倒|发麻|脸圆|规格.{0,8}(?:差错|错)|拉了.{0,3}趟|浸润|积液|血肿|粘连|栓塞|血栓|返修|病情反弹|病情恶化|越吃越重|吃错|错服|多挨|挨了两针|重复接种|收治|接诊了?(?!量)|肝损|肝坏|肾损|视物模糊|睁不开|嘴巴?也?烂|骨髓抑制|粒细胞|白细胞降|血小板只|呛咳|"
    "受影响|上当|受骗|误服|误食|误用|身体异常|反应"
)
"""Words that say that somebody came to harm, or was given what must not be given."""

SOFT_HARM = re.compile(
    "就医|就诊|急诊|反应|发病|上当|受骗|受影响|受害|致癌|发烧|发热|住院(?!了)|血糖[飙冲升]|栓塞|血栓|收治|接诊|误种|误为|打错|错打|打[了到过]|过期|失效|超过有效期|接种|感染(?!了)|不适|依赖期|洗胃"
)
"""Harms that, of one person, are no sign of a product: fevers and visits happen."""

USE = re.compile("接种|热玛吉|光电仪|激光|吃|染|服|喝|打|注射|挂|输|接种|涂|抹|用|贴|戴|滴|敷|植入|装|照|买|药|针|苗")
"""Words of using a product; a text without any tells no harm by one."""

SENTENCE = re.compile("[^。!?;\n]{1,400}")
"""One sentence. A text without marks is read in pieces, so that time grows with its length alone."""

# What is told of people and is no word of the models' sign of harm, which must stay as it was when they learned.
_TOLD_OF_ONE = re.compile(
    "麻木(?!不仁)|截瘫|麻痹(?!大意|症|疫苗)|行走困难|走不了路|不能走|坐上?了?轮椅(?!的)|需坐轮椅|拄拐|成瘾(?!性|药|物)|上瘾(?!性|药|物)|戒断治疗|延误了?(?:最佳)?(?:治疗|病情|救治)|耽误了?(?:治疗|病情|救治)|贻误(?:治疗|病情)|"
    "大出血|流血不止|血流不止|止不住血|栽倒|倒地|抽筋|痉挛(?!症)|上吐下泻|吐血|吐个不停|口吐白沫|便血|尿血|血尿|黑便|咯血|咳血|尿不出|排不出尿|导尿管|透析(?!室|液|器|机|粉|用|患者|病人|中心)|"
    "肾炎|胆红素爆|吊保肝|保肝治疗|护肝治疗|水肿|浮肿|破溃|糜烂|渗液|烧坏|烧白|烧穿|灼痛|反黑|鼓膜穿孔|聋了|越戴越聋|听不见|眼底出血|幻觉|神志不清|意识模糊|意识丧失|昏厥|昏过|昏死|嗜睡|骨裂|"
    "一摔就断|摔断|闭经|乳房发育|长了?胡子|长了?汗毛|骨龄提前|胎停|破裂|移位|口唇发|嘴唇发|发绀|青紫|面色青|呼吸急促|呼吸衰竭|心跳骤停|心跳过速|药疹|肉芽肿|晕针|硬疙瘩|"
    "起了?(?:一身|满脸|大片|好多)?(?:大?水?泡|大包|疹子|红点)|掉皮|蜕皮|爆皮|假体(?:破|渗|外露)|重症监护|插[着了上]?(?:尿|胃|氧气)?管|月经没了|切开气管|下病危|下了病危|生长迟缓|渗漏|"
    "转氨酶[一二三四五六七八九几上]|提前更换|不良事件(?!监测|报告表|评价)|胸口[闷疼]|脸通红|躺在(?:医院|感染科|病床|重症)|"
    "呼吸抑制|打了?120(?!电话)|叫了?120(?!电话)|拨了?120(?!电话)|心[跳率]2[0-9]{2}|心率1[3-9][0-9]|口齿不清|走路(?:不稳|撞墙|打飘)|"
    "手[脚又][^,。]{0,4}抖|眼皮都?[抬睁]不|吞[咽口水][^,。]{0,3}呛|红疙瘩|住院[0-9一二三四五六七八九十两半]{1,3}多?[天个周]|"
    f"{_each('尿检 血检 体检 检查 指标 肝功 肝功能 视力 心电图', '异常')}|{_each('烫 磨 咬', '出?(?:大|水|血)?泡')}|"
    "虚脱|拉肚子|拉稀|闹肚子|"
    f"{_each('同 住 在', '[同住在]?(?:一|同一)[间个]病房')}|"
    "气胸|肿得|肿成|拉到脱水|大小便失禁|瘫了|视网膜[^,。]{0,4}(?:灼伤|脱落|损伤)|溶血|像被[^,。]{0,3}烫|败血症|脓毒症|潮红|毛发(?:增多|变[粗重])|汗毛(?:变[粗重]|重|浓|长)|多毛|色素沉着|馒化|库欣|股骨头坏死|胃穿孔|肠梗阻|心力衰竭|心衰|低血?钾|高血?钾|低血?钠|剥脱|松解症|皮(?:都|全)[脱掉]了|变形|脓包|早产|急性粒|呼吸(?:都|就|也)?停|"
    f"心跳(?:都|就|也)?停|{_each('脸 嘴 鼻', '(?:都|全)?歪')}|"
    "面色?苍白|满脸(?:痘|疹|包)|嗓子(?:哑|肿)|脑损伤|全身皮疹|肠胃炎|胃出血|反复发烧|"
    "不[吃喝用吸]就[^,。]{0,6}(?:流鼻涕|哈欠|抖|抽搐|冒汗)|歪了?嘴|"
    f"{_each('打 吃 用 戴 滴 弄 搞 喝', '[瞎聋残]了')}|"
    f"{_each('全都? 都 双双 一起 集体 直接', '(?:进|去)了?(?:医院|急诊|icu|抢救室)')}|还在(?:icu|重症|抢救)"
    "|引产了|(?:孩子|胎儿|宝宝|胎)没(?:有|能)?保住|长成了?大头娃娃|变成了?大头娃娃|(?:[吃喝打用挂输]|[吃喝打用挂输][^,。药企]{1,6}[药针水液])进了?(?:医院|急诊|icu|抢救室)(?![的工上看买])"
)
# Names that hold a word of harm and tell none: 人乳头瘤病毒疫苗, 抢救室, 晕车药.
_MERE_NAME = re.compile(
    "病毒疫苗|(?:肝炎|脑炎|感染|腹泻)[^,。]{0,3}疫苗|抢救[室车台药]|急诊[科室]|晕车|晕船|防晕|抗过敏|过敏[药史原体]|过敏性?(?:鼻炎|哮喘|咳嗽|紫癜|体质)|感染科|"
    "住院[部楼医费]|恶心(?:死|坏了|透)|溶血栓|差一?点(?:就)?(?:吃错|打错|错服|误服|误食)|(?<![后就致])患有?(?:癫痫|肾病|尿毒症|白血病|肝炎|皮炎)(?=[^。]{0,6}(?:需|要|长期|多年|一直))|止吐药?|抗癫痫|癫痫药|皮炎平|烫伤膏|烧伤[膏科]|发热门诊|发烧药|出血热|溃疡性结肠炎"
)
_NAME_BEFORE, _NAME_BEHIND = 4, 12
_CLAUSE = re.compile(r"[^,:—\s]+")
# 就 begins what happened: of 天没亮人就没了 nothing is denied.
_DENIED = re.compile(
    "(?:无(?!证|良|资质|照|处方|业|效|痛|糖|效)|没(?!治|药|货|[一二两三四五六七八九十几多半过到0-9][^,。]{0,3}(?:小时|钟|天|周|月|年|久|会儿)|亮|人(?:管|理|来|问|看|在)|来得及|当回事|反应过来)|未(?!成年|见好转|按|经|脱离)|不会|不是|并非|并未|避免|防止|预防|降低|减少|排除(?!.{0,2}偶合)|否认|不存在|零(?![一二三四五六七八九]分)|不曾|从未|谈不上|绝非)(?:(?!就(?!医|诊))[^,。;]){0,8}$"
)
_DENIED_AFTER = re.compile("^[^,。;]{0,6}(?:不属实|系谣言|为零|均?未出现|不实|纯属)")
_SUPPOSED = re.compile(
    "如果|若|一旦|如有|如出现|如遇|假如|倘|万一|可能|或会|会不会|是否|可以?导致|可致|能致|可引起|会导致|会引起|会造成|会引发|容易|极易|易造成|易引起|易致|易引|足以|以上(?:.{0,6})(?:要|应|须|及时)|"
    "应(?<![回反响适供对效相]应)(?!激|用|急|届|对|[为是](?:[“「]|[0-9一二三四五六七八九十两]+[人名例]))|请(?!求|愿|到|了|来|假)|务必|凡|风险|谨防|小心|警惕|当心|慎用|禁用|忌用|忌口|切忌|提醒|建议|适合|需要?(?:注意|警惕|及时)|怎么办|多无毒|偶见|罕见|常见|不同(?!程度)|有的人|"
    "有些人|个别|少数人|每个(?!.{0,8}都)|要及时|才能|欲致|意图|企图|获赔|赔偿标准|补偿标准|甚至|严重时|严重者|赶紧(?!送)|征集|登记|症状(?:包括|有|为)|表现为|预防"
)
_STATISTIC = re.compile(
    "每年|每天|每[0-9一二三四五六七八九十百千万]+(?:名|个|例|人|位|万)|平均|全球(?!已?收到)|全世界|世界(?:上|范围)|世卫|世界卫生组织|据统计|统计显示|数据显示|流行病|发病率|死亡率|病死率|患病率|估计|预计|预测|约占|占比|"
    "亿|我国(?:约|有|目前|现有|共)|全国(?:约|有|每年)|患者(?:总数|数量|人数|超过?|达|群体)|新增|确诊|核酸|阳性|累计报告(?![^,。]{0,3}[0-9]+[人例名][^,。]{0,4}(?:症状|反应))|本轮疫情|境外输入|现有(?:重症|病例)|新冠肺炎|(?<!后)感染者|"
    "临床试验|临床研究|试验(?:组|中|显示|结果)|对照组|入组|受试者|志愿者|"
    f"{_each('i 1 2 3 4 ⅰ ⅱ ⅲ ⅳ 一 二 三 四', '[i1-4ⅰ-ⅳ一二三四]*期(?:临床|试验)')}|"
    "研究(?:显示|发现|表明|人员|纳入|中|结果)|论文|期刊|有效率|保护率|随访|队列|世界大战|历史上|"
    # What began long ago and goes on is no history, nor what was made or bought then: 2011年以来已有三名儿童接种后死亡.
    f"{_each('19[0-9]{2} 20(?:0[0-9]|1[0-5])', '年(?!.{0,4}(?:生|出厂|投产|批号|买|购|上岗)|(?:[0-9]{1,2}月)?(?:以来|至今|起(?![0-9])|开始|至20(?:1[6-9]|2)))')}|"
    # A year's report counts by the ten thousand, and in 份 what is filed, not who came to harm.
    "[0-9.]+万余?[份例]|统计公报|死因(?:监测|构成|顺位)|死于[^,。;]{1,20}的?(?:有|约|近|达|超过?)?[0-9.]+(?:万|余?例占)|[0-9.]+万人?(?:左右)?死于|[0-9]{4,}余?份|(?:全年|去年|上年|年度)[^,。]{0,16}(?:报告|上报)表?[^,。]{0,2}[0-9]+余?份|"
    "上世纪|当年的|十多年前|曾经的|(?:[二三四五六七八九]十|[2-9]0)多?年前|海湾战争|大流行|重症病例|感染病例|病例信息|疫苗组|安慰剂|例住院患者|受益|惠及|被告席|治愈|康复出院|获救"
)
# What a province, a year or a centre counts of reports of all kinds; what is reported of one product or batch is a matter.
_ALL_REPORTS = re.compile(
    "(?:全年|年度|去年|上年|[0-9]{4}年|[上下]半年|季度|[0-9]{1,2}月份?|累计|全省|全市|全国|全县|我省|我市|中心)[^。;]{0,40}?"
    "(?:药品|药物|器械|化妆品|疑似预防接种|各类|收到|接收|上报|报告)(?:新的|严重的?|[和及、])*(?:不良反应|不良事件|异常反应)(?:/(?:不良)?事件)?(?:\\((?:aefi|adr)\\))?(?:病例|监测)?报告(?:表|数|总数)?[^。;,]{0,10}?[0-9.,]+(?:余|多)?万?(?:余|多)?[例份]"
)
# So too where the number follows the reactions at once, of a stretch of time: 去年全省共报告药品不良反应78345例.
_ALL_OF_A_TIME = re.compile(
    "(?:全年|年度|去年|上年|[0-9]{4}年|[上下]半年|季度|[0-9]{1,2}月份)[^。;]{0,30}?(?:报告|收到|上报|接收|监测到?)[^。;,]{0,12}?(?:不良反应|不良事件|异常反应)(?:/(?:不良)?事件)?(?:病例)?[^。;,0-9]{0,4}[0-9]{3,}[0-9.,]*(?:余|多)?万?(?:余|多)?[例份]"
)
# Words of counting that are used of an epidemic and of one matter alike, what makes it a matter, and what an epidemic.
_COUNTED = re.compile("累计报告|新增|确诊|世卫(?:组织)?|世界卫生组织|重症病例|病例信息|感染病例|全球")
_MATTER = re.compile(
    '[”"」]?事件|[同该此这那]一?批|涉[事案及]|批号|致|警报|叫停|下架|召回|封存|停用|[药针液苗剂丸浆]后'
)
_EPIDEMIC = re.compile(
    "疫情|新冠|流感|登革|传染病|麻疹|霍乱|鼠疫|肺炎病例|境外输入|无症状|核酸|阳性|病毒(?!污染)|统计|每年|平均|[0-9.]+万"
)
_OF_ONE_MATTER = re.compile(
    "该|此[批药品类次种]|同一|批[号次]|涉[及事]|疑似与|(?:注射|服药|用药|输液|打针|滴注|接种)后|服用|使用.{0,12}后"
)
_OTHERS_BEFORE = re.compile(
    "(?:抓获|抓捕|查获|刑拘|刑事拘留|逮捕|拘留|控制|处分|处罚|问责|停职|免职|起诉|判处|移送|带走|审查|批捕|约谈|培训|组织|出动|派出|抽调|邀请|招募|嫌疑人|嫌犯|被告人?|被告人?.{0,8}等|"
    "成员|同伙|下线|代理|主犯|从犯|专家|医生|医师|药师|护士|医务人员|执法人员|民警|警力|员工|职工|工作人员|雇佣|团队|律师|法官|检察官|会员|粉丝|会议|采访|走访|问了|采访了|捐赠|做过|做了|完成了?|实施了?|举办|救了|救治了?|挽救|治疗了|接诊量|排名|年龄|身高|关注|观看|点赞|转发|评论(?!区)|换了)"
    "[^,。;]{0,4}$|(?:第|(?<![目日])前|[个人名]有|[个人名]里有?)$"
)
_OTHERS_AFTER = re.compile(
    "^(?:的)?[^,。;及和、]{0,3}(?:嫌疑人|犯罪|嫌犯|被告|涉案|责任人|干部|公职|官员|医生|医护|医务|医师|大夫|护士|专家|院士|药师|民警|警察|执法|工作人员|代表|委员|主播|代理|团伙|员工|职工|律师|法官|志愿者|"
    '白血病|血液病|[^,。;]{0,4}(?:家长群|病友群)|举手|[“"「]?(?:学员|会员|买家|粉丝)|记者|明星|艺人|老板|店主|店员|商家|卖家|主犯|男子被抓|女子被抓|被(?:刑拘|抓|拘|判|捕|查|处|罚|停职|免职|问责|控|追责|诉|约谈|公诉|移送|采取|告)|获刑|落网|归案|到案|涉嫌|贩卖|倒卖|制售|卖(?!药.{0,4}害)|售卖|出售|参加|参会|参与|报名|排队|围观|点赞|'
    "接龙|家长接龙|家长(?:已经?)?(?:报案|报警|投诉|联名|维权|起诉)|在线|观看|转发|关注|疯抢|抢购|捐|献|密接|密切接触|核酸|阳性|确诊|新增|无症状)"
    "|^(?:[^,。;]{0,8}(?:都?没事|无不适|无异常|未见异常|都正常)|[^。;]{0,3},(?:只有|仅有?|唯独)|小时|多?天|多?月|年|品种|批次|省|国家|地区|城市|问题|原因|步骤|方面|常见|误区|医院|药店|诊所|门店|品牌|产品|疗程|部门|工作日|有[一二三四五六七八九十]+个)"
)
_UNRELATED = re.compile(
    "大鼠|小鼠|小白鼠|白鼠|动物(?:实验|试验)|家兔|实验兔|试验兔|畜|禽|耳标|养殖|鸡群|生猪|奶牛|宠物|猫|狗狗|谋害|故意杀|杀妻|杀夫|弑[父母亲夫]|杀人|杀害|杀死|毒杀|投毒|下毒|凶手|死刑|死缓|车祸|交通事故|侧翻|追尾|实验课|点燃|燃爆|相撞|坍塌|踩踏|男主|女主|大结局|追剧|火灾|地震|坠|溺|枪(?<!体温枪)(?<!额温枪)(?<!测温枪)(?<!注射枪)(?<!水光枪)(?<!筋膜枪)(?<!脱毛枪)|袭击|空袭|战争|爆炸|自杀|轻生|自尽|跳楼|割腕|遗书|安乐死|"
    "癌症去世|因病去世|病逝|去世后|去世前|离世后|生前|遗嘱|遗产|性侵|灌醉|抽脂手术|吸脂手术|磨骨手术|中暑|军训|羽毛球|停车场|失控|失踪|校内死亡|患癌去世|加沙|蜂群|演练(?<!过演练)|胆囊切除|医疗纠纷|智齿|手术失误|剧组|群演|片名|强吻|小说|剧情|剧中|剧里|电影|看完了?《|重温了?《|观看了?《|电视剧|游戏|玩家|角色|饰演|主演|追悼|悼念|讣告|周年(?:祭|回顾|纪念|之际)|享年|演员|歌手|导演|院士|科学家.{0,4}去世|"
    "诺如|食物中毒|误将亚硝酸盐|婚宴|鱼胆|剩菜|鼠药|除草剂|杀虫剂|草铵膦|草甘膦|喷施|野生菌|蘑菇|毒菌|断肠草|一氧化碳|煤气|摔倒|感染新冠.{0,8}(?:去世|死亡|离世|身亡)|死于新冠|新冠死亡|去世(?:多年|[0-9一二三四五六七八九十]+(?:天|年|个月))|农药|百草枯|敌敌畏|死一百次|死不了|要死|吓死|气死|笑死|烦死|累死|该死|急死|疼死|痛死|难受死|无疾而终|自然死亡"
)
# A fall that a drug led to is of the matter: 吸食笑气后坠楼.
_FELL_AFTER_USE = re.compile("(?:吸食|服用|服药|用药|注射|吃药)[^,。]{0,8}后[^,。]{0,3}坠")
_CAUSE = "食物中毒|投毒|下毒|中暑|车祸|交通事故|自杀|轻生|他杀|杀人|杀害|谋杀|刑事(?:案件)?|火灾|煤气|一氧化碳|农药|蘑菇|野生菌|毒品|摔倒|误诊|传染病|诺如|袭击|坠楼|溺水|人为"
_RULED_OUT = re.compile(
    f"(?:(?:不|未|未能|无法|不能)?排除|并非|不是|不属于|不存在|未发现)了?(?:是|为|系|因)?(?:[^,。;、]{{0,4}}?(?:{_CAUSE})(?:中毒)?(?:[、和及与或,]|以及|等)?)+"
)
# 气死我了 and 像电影一样 beside a death that is told in plain words: both are said of it, not instead of it.
_PLAIN_DEATH = re.compile("死亡|身亡|丧命|猝死|致死|毒死|吃死|离世")
_SAID_OF_IT = re.compile(
    "(?:要|吓|气|笑|烦|累|该|急|疼|痛|难受)死(?!亡)|(?:像|比|跟|同|似)[^,。]{0,3}(?:小说|剧情|电影|电视剧|游戏)|(?:小说|电影|电视剧|剧本)里?[都也]不敢"
)
_REFUTED = re.compile(
    '辟谣|造谣|传谣|系谣言|为谣言|是谣言|纯属|不属实|”不实|\\?不实|"不实|不实信息|捏造|没法核实|无法核实|未经证实|没有依据|无任何|谣言(?<!不是谣言)(?<!不信谣言)'
)
_SCOFFED = (
    "(?:官方|政府|医院|院方|警方|网警|公安|他们|你们|卫健委|疾控|药监局?|通报|公告)[^,。?!]{0,4}[说称](?:是|成|这|我们?)*(?:谣言|造谣|不实|不属实)(?=[?？吗]|[,。]?那我)"
    "|(?:你们|他们|只会|就会|忙着|急着|光会)[^,。]{0,3}辟谣|辟谣辟"
    '|(?:谣言|不实|不属实|辟谣)["”』」]?[^。?!]{0,10}(?:家属|家长|当事人|亲属|父母|父亲|母亲)[^,。]{0,6}(?:不认|不服|反驳|出示|晒出|不接受|否认)'
)
# The same words where they refute nothing: who insists that it is no rumour, a refutation that fell, an appeal not to
# spread rumours, and 无任何, 没有依据, 纯属, 捏造 of other things than what is told. Each would hide the deaths of a title.
_REFUTES_NOTHING = re.compile(
    "(?:不是|并非|绝非|决非|不算|不属于|没有?|没在|未曾?|别说我?|谁说(?:这|我)?)(?:是|在|什么|所谓的?)*(?:造谣|传谣|谣言|捏造)"
    "|(?:被指|被说成?|被当成?|被骂|说我|说成|当成)(?:是|在)?(?:造谣|传谣|谣言|捏造)"
    "|(?:曾经?|先|刚)[^,。]{0,2}辟谣|辟谣[^,。]{0,4}(?:承认|证实|打脸|反转|翻车|失败|属实)|(?:勿|不要|别|不信谣.?不)(?:信谣.?)?传谣"
    "|无任何(?!依据|根据|证据|事实|关|联系|因果|人员|死|伤|异常|不良|质量|问题|此类|类似)"
    "|(?:收费|处罚|涨价|定价|用药)[^,。]{0,4}没有依据"
    # Who was harmed answers a rebuttal: 官方说是谣言?那我女儿躺在医院是假的? 你们辟谣辟得真快; “系谣言”的通报,家属不认.
    "|" + _SCOFFED + "|纯属(?!谣言|虚|捏造|编造|不实|子虚|造谣|误|谎|假|恶搞|杜撰|无稽|瞎|胡|凭空|巧合|偶)"
    "|捏造(?=[^,。]{0,6}(?:检验|检测|批|生产|记录|数据|报告|资质|病历|处方))"
)
_REBUTTAL_SCOFFED = re.compile(_SCOFFED)
# Only words that mean dozens at the least: 很多人 and 全班 are said of three.
_MANY = re.compile(
    "上百|数百|几百|成百上千|上千|数千|大批(?:患者|病人|儿童|孩子|学生|老人|消费者|市民)|"
    "(?:大量|众多)(?:的)?(?:患者|病人|儿童|孩子|学生|老人|消费者|用户|市民|家长|受害者)|多地(?:均|都|先后|陆续|相继|接连)(?:有|出现|发生|报告|曝出)"
)
_QUOTED = re.compile('[“"「『‘][^“”"「」『』‘’]{1,60}[”"」』’]')
_REACH = 14
# Many numbers of one clause ask the same of it.
_CLAUSES_KEPT = 64


def clause_around(sentence: str, position: int) -> tuple[int, int]:
    """Return start and end of the clause, between commas, that holds a position of a sentence."""
    for clause in _CLAUSE.finditer(sentence):
        if clause.start() <= position < clause.end():
            return clause.span()
    return 0, len(sentence)


def is_harm_told(sentence: str, *, hard: bool = False) -> bool:
    """Tell whether a sentence says of some harm (with `hard`, one that is no everyday illness) that it happened."""
    for harm in chain(HARM.finditer(sentence), _TOLD_OF_ONE.finditer(sentence)):
        if _is_mere_name(sentence, harm):
            continue
        start, end = clause_around(sentence, harm.start())
        before, after = sentence[max(start, harm.start() - _REACH) : harm.start()], sentence[harm.end() : end]
        denied = _DENIED.search(before) or _DENIED_AFTER.match(after)
        told = not denied and not supposes(sentence[start:end])
        if told and not (hard and harm.re is HARM and SOFT_HARM.match(sentence, harm.start())):
            return True
    return False


def _is_mere_name(sentence: str, harm: re.Match[str]) -> bool:
    names = _MERE_NAME.finditer(sentence, max(0, harm.start() - _NAME_BEFORE), harm.end() + _NAME_BEHIND)
    return any(name.start() <= harm.start() and harm.end() <= name.end() for name in names)


def names_harm(words: str) -> bool:
    """Tell whether some words name a harm, told or not."""
    return bool(HARM.search(words) or _TOLD_OF_ONE.search(words))


@lru_cache(maxsize=_CLAUSES_KEPT)
def supposes(clause: str) -> bool:
    """Tell whether a clause holds a word of condition, warning or advice."""
    return bool(_SUPPOSED.search(clause))


def is_supposed(sentence: str, start: int, end: int) -> bool:
    """Tell whether the span stands under a denial, a condition or a warning of its own clause."""
    first, last = clause_around(sentence, start)
    before = sentence[max(first, start - _REACH) : start]
    clause = sentence[first : max(last, end)]
    return bool(_DENIED.search(before) or _DENIED_AFTER.match(sentence[end:last]) or supposes(clause))


def is_statistic(sentence: str, start: int, end: int) -> bool:
    """Tell whether the clause of a span tells a statistic, a trial or history; what is counted of one matter so far is none."""
    first, last = clause_around(sentence, start)
    clause = sentence[max(0, first - _REACH) : max(last, end)]
    return has_statistic(clause) and (has_statistic(_COUNTED.sub("", clause)) or not _is_one_matter(sentence))


def _is_one_matter(sentence: str) -> bool:
    return bool(_MATTER.search(sentence)) and not _EPIDEMIC.search(sentence)


@lru_cache(maxsize=_CLAUSES_KEPT)
def has_statistic(clause: str) -> bool:
    """Tell whether a clause holds a word of statistics, trials or history."""
    return bool(_STATISTIC.search(clause))


def is_unrelated(sentence: str, start: int, end: int) -> bool:
    """Tell whether a number counts people of a statistic, a trial, history or other roles than those harmed."""
    if is_statistic(sentence, start, end):
        return True
    return bool(
        _OTHERS_BEFORE.search(sentence[max(0, start - 2 * _REACH) : start]) or _OTHERS_AFTER.match(sentence[end:])
    )


def counts_all_reports(sentence: str) -> bool:
    """Tell whether a sentence counts the reports of reactions of a year or a province, of whatever product: 全年收到报告78345例."""
    told = _ALL_REPORTS.search(sentence) or _ALL_OF_A_TIME.search(sentence)
    return bool(told) and not _OF_ONE_MATTER.search(sentence)


def is_another_story(sentence: str) -> bool:
    """Tell whether a sentence tells of crime, animals, fiction, farewells, food or a figure of speech."""
    if not _UNRELATED.search(sentence):
        return False
    left = _FELL_AFTER_USE.sub("", without_ruled_out(sentence))
    if _PLAIN_DEATH.search(left):
        left = _SAID_OF_IT.sub("", left)
    return bool(_UNRELATED.search(left))


def without_ruled_out(words: str) -> str:
    """Return words without the causes that they rule out or leave open: neither 排除食物中毒 nor 不排除 tells what it was."""
    return _RULED_OUT.sub("", words)


def ruled_out_spans(words: str) -> list[tuple[int, int]]:
    """Return the spans of words in which they rule a cause out or leave it open."""
    return [match.span() for match in _RULED_OUT.finditer(words)]


def is_refuted(text: str) -> bool:
    """Tell whether a text refutes or doubts what it quotes; that it insists to be no rumour is no refutation."""
    return bool(_REFUTED.search(text) and _REFUTED.search(_REFUTES_NOTHING.sub("", text)))


def is_scoffed_at(text: str) -> bool:
    """Tell whether a text answers a rebuttal instead of giving one: 官方说是谣言?那我女儿躺在医院是假的?"""
    return bool(_REBUTTAL_SCOFFED.search(text))


def tells_of_many(sentence: str) -> bool:
    """Tell whether a sentence says that many were harmed, without giving their number."""
    many = _MANY.search(sentence)
    return bool(
        many
        and is_harm_told(sentence)
        and not is_another_story(sentence)
        and not is_supposed(sentence, *many.span())
        and not is_unrelated(sentence, *many.span())
    )


def quoted_spans(text: str) -> list[tuple[int, int]]:
    """Return the spans of a text that stand in quotation marks."""
    return [match.span() for match in _QUOTED.finditer(text)]
