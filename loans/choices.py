"""The words of the loan template: what the program stores, what people read, and what else they write."""

from django.utils.translation import gettext_noop as _

from pool.sheets import Choice

ENTERPRISE, OWNER, SOLE_TRADER = "enterprise", "owner", "sole_trader"

BORROWER_KINDS = (
    Choice(ENTERPRISE, _("企业"), ("中小微企业", "法人", "对公")),
    Choice(OWNER, _("小微企业主"), ("企业主", "业主")),
    Choice(SOLE_TRADER, _("个体工商户"), ("个体户", "个体")),
)
CLASSES = (
    Choice("normal", _("正常"), ("正常类",)),
    Choice("special_mention", _("关注"), ("关注类",)),
    Choice("substandard", _("次级"), ("次级类",)),
    Choice("doubtful", _("可疑"), ("可疑类",)),
    Choice("loss", _("损失"), ("损失类",)),
)
ID_KINDS = (
    Choice("resident_id", _("居民身份证"), ("身份证", "二代身份证")),
    Choice("residence_permit", _("港澳台居民居住证"), ("居住证",)),
    Choice("passport", _("护照"), ("外国护照",)),
    Choice("other", _("其他证件"), ("其他",)),
)
DISTRICTS = (
    Choice("futian", _("福田区"), ("福田",)),
    Choice("luohu", _("罗湖区"), ("罗湖",)),
    Choice("yantian", _("盐田区"), ("盐田",)),
    Choice("nanshan", _("南山区"), ("南山",)),
    Choice("baoan", _("宝安区"), ("宝安",)),
    Choice("longgang", _("龙岗区"), ("龙岗",)),
    Choice("longhua", _("龙华区"), ("龙华",)),
    Choice("pingshan", _("坪山区"), ("坪山",)),
    Choice("guangming", _("光明区"), ("光明",)),
    Choice("dapeng", _("大鹏新区"), ("大鹏",)),
    Choice("shenshan", _("深汕特别合作区"), ("深汕", "深汕合作区")),
)
INDUSTRY_GROUPS = (
    Choice("agriculture", _("农、林、牧、渔业"), ("农业", "农林牧渔业")),
    Choice("industry", _("工业"), ("制造业", "采矿业", "工业（采矿、制造、电热燃水）")),
    Choice("construction", _("建筑业")),
    Choice("wholesale", _("批发业"), ("批发",)),
    Choice("retail", _("零售业"), ("零售",)),
    Choice("transport", _("交通运输业"), ("交通运输", "交通运输业（不含铁路）")),
    Choice("storage", _("仓储业"), ("仓储",)),
    Choice("post", _("邮政业"), ("邮政",)),
    Choice("lodging", _("住宿业"), ("住宿",)),
    Choice("catering", _("餐饮业"), ("餐饮",)),
    Choice("information_transmission", _("信息传输业"), ("信息传输",)),
    Choice("software", _("软件和信息技术服务业"), ("软件业", "软件和信息技术", "信息技术服务业")),
    Choice("real_estate_development", _("房地产开发经营"), ("房地产开发",)),
    Choice("property_management", _("物业管理"), ("物业",)),
    Choice("leasing_business_services", _("租赁和商务服务业"), ("商务服务业", "租赁业")),
    Choice("other", _("其他未列明行业"), ("其他", "其他行业")),
)
PRODUCTS = (
    Choice("working_capital", _("流动资金贷款"), ("流贷", "流动资金")),
    Choice("personal_business", _("个人经营性贷款"), ("个人经营贷款", "个人经营贷", "经营贷")),
    Choice("other", _("其他贷款"), ("其他",)),
)
USES = (
    Choice("operations", _("本企业生产经营"), ("生产经营", "经营周转", "日常经营", "流动资金周转", "经营")),
    Choice("on_lending", _("转贷")),
    Choice("entrusted_loan", _("委托贷款")),
    Choice("acquisition", _("并购"), ("并购贷款",)),
    Choice("prohibited_project", _("国家禁止或限制的项目"), ("国家禁止和限制的项目", "禁止限制类项目")),
    Choice("private_lending", _("参与民间借贷"), ("民间借贷",)),
    Choice("capital_market", _("投资资本市场"), ("资本市场", "股票", "证券投资")),
    Choice("personal_consumption", _("个人消费"), ("消费",)),
    Choice("other", _("其他用途"), ("其他",)),
)
COVERS = (
    Choice("none", _("无"), ("没有", "无其他保障")),
    Choice("insurance", _("保险公司保险"), ("保险", "贷款保证保险")),
    Choice("guarantee_company", _("融资担保公司担保"), ("融资担保", "担保公司担保")),
    Choice("re_guarantee", _("财政再担保"), ("再担保",)),
    Choice("other_compensation", _("其他同类风险补偿"), ("其他补偿", "其他风险补偿")),
)
SECURITIES = (
    Choice("credit", _("信用"), ("信用贷款", "纯信用")),
    Choice("guarantor", _("保证"), ("保证担保", "个人保证")),
    Choice("co_borrower", _("共同借款"), ("共同借款人",)),
    Choice("mortgage", _("抵押"), ("不动产抵押", "房产抵押", "动产抵押")),
    Choice("pledge", _("质押"), ("权利质押", "权益质押")),
)
CURRENCIES = (
    Choice("CNY", _("人民币"), ("RMB", "人民币元", "元")),
    Choice("USD", _("美元")),
    Choice("HKD", _("港元"), ("港币",)),
    Choice("EUR", _("欧元")),
    Choice("JPY", _("日元")),
    Choice("GBP", _("英镑")),
)
QUALIFICATIONS = (
    Choice("manufacturing_champion", _("制造业单项冠军企业"), ("单项冠军", "制造业单项冠军", "单项冠军企业")),
    Choice("high_tech", _("国家高新技术企业"), ("高新技术企业", "国高", "国高新", "高企")),
    Choice("tech_sme", _("科技型中小企业"), ("科小",)),
    Choice("srdi_little_giant", _("专精特新“小巨人”企业"), ("小巨人", "专精特新小巨人", "小巨人企业")),
    Choice("srdi_sme", _("专精特新中小企业"), ("专精特新",)),
    Choice("innovative_sme", _("创新型中小企业"), ("创新型企业",)),
    Choice("agricultural_leader", _("重点农业龙头企业"), ("农业龙头企业", "农业龙头")),
    Choice("key_list", _("行业主管部门推荐的重点企业"), ("重点企业名录企业", "重点企业名录", "重点企业")),
)
FEATURES = (
    Choice("first_loan", _("首笔贷款"), ("首贷", "首贷户")),
    Choice("government_procurement", _("政府采购订单融资"), ("政采贷", "政府采购")),
    Choice("renewal_without_repayment", _("无还本续贷"), ("续贷",)),
    Choice("green", _("绿色信贷"), ("绿色贷款", "绿色")),
    Choice("credit", _("纯信用"), ("信用贷款", "信用")),
    Choice("ip_pledge", _("知识产权质押"), ("知识产权", "知识产权抵（质）押")),
    Choice("receivables_pledge", _("应收账款质押"), ("应收账款", "应收账款抵（质）押")),
    Choice("inventory_pledge", _("存货抵（质）押"), ("存货", "存货质押", "存货抵押")),
)
