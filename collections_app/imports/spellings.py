"""The names that files use: column → its other headings, choice → its other names, by ``|``.

The name itself is always understood; case, width, blanks, underscores and hyphens never matter.
"""

from __future__ import annotations

from typing import Final

_CUSTOMER: Final = (
    "customer|customer no|customer number|customer id|client code|account number"
    "|客户编号|客户代码|客户编码|客户号|客户代号|往来单位编码"
)
_CURRENCY: Final = "ccy|币种|货币|币别"
_NOTE: Final = "notes|remark|remarks|comment|comments|备注|说明|摘要"
_MONTH: Final = "plan month|period|月份|月度|所属月份|计划月份"
_OWNER: Final = (
    "owner|rep|rep email|salesperson|sales rep|salesperson email"
    "|负责人邮箱|负责人|业务员邮箱|业务员|客户经理|客户经理邮箱|销售员邮箱|销售邮箱"
)
_CHANNEL: Final = "contact channel|渠道|沟通渠道|沟通方式|联系方式|方式"

# kind → (required, optional)
COLUMNS: Final[dict[str, tuple[dict[str, str], dict[str, str]]]] = {
    "users": (
        {
            "email": "e-mail|email address|mail|邮箱|电子邮箱|邮件|邮箱地址|邮件地址|电子邮件",
            "name": "full name|user name|姓名|名字|名称|用户姓名",
            "role": "user role|角色|岗位|职务|职位",
        },
        {
            "team": "team name|group|department|团队|小组|部门|组别|所属团队",
            "parent_team": "parent group|上级团队|上级部门|所属大区|上级组织",
            "manager_email": "manager|supervisor|supervisor email|主管邮箱|经理邮箱|上级邮箱|主管",
            "language": "locale|语言|界面语言",
            "staff_number": "staff no|employee number|employee id|工号|员工编号|员工号|职工编号",
        },
    ),
    "customers": (
        {
            "code": f"{_CUSTOMER}|customer code|编号|代码|编码",
            "name": "customer name|client name|company|客户名称|客户|名称|客户全称|单位名称|客户名",
            "owner_email": _OWNER,
        },
        {
            "credit_rating": "rating|credit grade|信用等级|信用评级|评级|信用级别",
            "currency": _CURRENCY,
            "contact_name": "contact|contact person|联系人|联系人姓名|客户联系人",
            "contact_email": "contact e-mail|联系人邮箱|联系邮箱|客户邮箱|邮箱|email",
            "contact_phone": "phone|telephone|mobile|联系电话|电话|手机|联系人电话|手机号|手机号码",
            "language": "locale|语言|沟通语言",
            "reminder_mode": "reminders|提醒方式|提醒模式|催款方式|催收方式",
            "payment_terms_days": "payment terms|terms|terms days|credit days|账期|付款期限"
            "|账期天数|信用期"
            "|付款天数",
            "regular_amount": "regular payment|regular payment amount|定量|定时定量金额"
            "|每月定额|约定金额",
            "regular_day": "regular payment day|payment day|定时|定时定量日|每月付款日|约定日"
            "|约定付款日",
        },
    ),
    "invoices": (
        {
            "number": "invoice number|invoice no|invoice|doc number|document number"
            "|发票号|发票号码|发票编号|单据号|单据编号|单号|应收单号",
            "customer_code": _CUSTOMER,
            "issued_on": "issue date|issued|invoice date|date|开票日期|发票日期|单据日期"
            "|开单日期|开票日",
            "due_on": "due date|due|到期日|到期日期|应收日期|应付日期|付款到期日|应收日",
            "amount": "invoice amount|total amount|金额|发票金额|应收金额|价税合计|开票金额"
            "|含税金额",
        },
        {
            "currency": _CURRENCY,
            "reference": "ref|order number|purchase order|po number|参考号|订单号|合同号|订单编号"
            "|合同编号",
            "disputed": "dispute|in dispute|是否有争议|争议|有争议|是否争议",
        },
    ),
    "payments": (
        {
            "reference": "ref|payment reference|payment number|payment no|receipt number"
            "|transaction id"
            "|回款单号|回款编号|收款单号|流水号|银行流水号|交易流水号|凭证号|单据号|单号"
            "|回款流水号|收款编号",
            "customer_code": _CUSTOMER,
            "received_on": "received|receipt date|payment date|date received|date|value date"
            "|回款日期|收款日期|到账日期|到账日|入账日期|回款日|收款日|日期",
            "amount": "payment amount|received amount|金额|回款金额|收款金额|到账金额|回款额",
        },
        {
            "currency": _CURRENCY,
            "invoice_number": "invoice|invoice no|发票号|发票号码|核销发票号|对应发票"
            "|对应发票号|发票编号",
            "reverses": "reversal of|reversed reference|冲销|冲销单号|冲销回款单号|被冲销单号"
            "|原回款单号|原流水号",
            "method": "payment method|回款方式|付款方式|收款方式|支付方式|结算方式",
            "matures_on": "maturity|maturity date|承兑到期日|票据到期日|到期日|汇票到期日",
            "note": _NOTE,
        },
    ),
    "adjustments": (
        {
            "number": "adjustment number|adjustment no|doc number|document number"
            "|调整单号|单据号|单号|编号|调整编号|单据编号",
            "customer_code": _CUSTOMER,
            "on": "date|adjusted on|adjustment date|posting date|日期|调整日期|单据日期|发生日期",
            "amount": "adjustment amount|金额|调整金额",
            "kind": "type|adjustment kind|adjustment type|类型|调整类型|类别|调整类别|种类",
        },
        {
            "invoice_number": "invoice|invoice no|发票号|发票号码|对应发票|对应发票号|发票编号",
            "note": _NOTE,
        },
    ),
    "plans": (
        {
            "customer_code": _CUSTOMER,
            "month": _MONTH,
            "target": "target amount|plan|planned amount|回款目标|目标|目标金额|计划回款|计划金额"
            "|回款计划|计划回款额",
        },
        {
            "agreed_on": "agreed|agreement date|确认日期|双方确认日期|确认日",
            "agreed_with": "agreed by|agreement contact|确认人|对方确认人|客户确认人|确认联系人",
            "channel": f"{_CHANNEL}|确认方式|确认渠道",
            "asked_on": "asked|date asked|要求承诺日期|要求日期|已要求承诺日期",
            "answer": "customer answer|response|答复|客户答复|客户回复|回复",
        },
    ),
    "measures": (
        {
            "customer_code": _CUSTOMER,
            "month": _MONTH,
            "kind": "type|measure|measure kind|measure type|措施类型|措施类别|类型|措施|针对性措施"
            "|措施种类",
            "expected_uplift": "uplift|expected amount|预计增加回款额|预计增加回款|预计增加额"
            "|预计增量"
            "|预计金额",
        },
        {
            "description": "details|measure description|描述|措施描述|措施内容|内容|说明|措施说明",
            "due_on": "due date|due|完成日期|计划完成日期|截止日期|到期日",
            "owner_email": f"{_OWNER}|责任人|责任人邮箱",
            "status": "state|measure status|状态|措施状态|进展",
            "realised_uplift": "realized uplift|actual uplift|实际增加回款额|实际增加回款"
            "|实际增加额|实际增量",
        },
    ),
    "commitments": (
        {
            "reference": "ref|commitment|commitment reference|commitment number|promise number"
            "|承诺编号|承诺单号|承诺书编号|编号|单号",
            "customer_code": _CUSTOMER,
            "made_on": "made|promise date|commitment date|date made|承诺日期|承诺日|作出日期"
            "|承诺作出日",
            "due_on": "due date|due|promised for|承诺回款日期|承诺到期日|到期日|到期日期|回款日期"
            "|承诺回款日|应付日期",
            "amount": "promised amount|instalment amount|installment amount|committed amount"
            "|金额|承诺金额|分期金额|承诺回款额|承诺回款金额",
        },
        {
            "position": "instalment|installment|instalment number|seq|期次|分期序号|期数|序号"
            "|分段序号"
            "|分期",
            "promised_by": "promisor|who promised|承诺人|客户承诺人",
            "channel": f"{_CHANNEL}|承诺方式|承诺渠道",
            "supersedes": "replaces|supersedes reference|取代|替代|取代承诺|替代承诺编号"
            "|原承诺编号"
            "|取代承诺编号",
            "cancelled_on": "canceled on|cancellation date|cancelled|取消日期|取消日|撤销日期"
            "|作废日期",
        },
    ),
    "followups": (
        {
            "customer_code": _CUSTOMER,
            "at": "date|time|when|contacted at|contact time|datetime|跟进时间|跟进日期|时间"
            "|联系时间|日期|沟通时间",
            "outcome": "result|结果|跟进结果|联系结果|沟通结果",
        },
        {
            "channel": f"{_CHANNEL}|跟进方式|跟进渠道",
            "reason": "reason given|cause|原因|未付款原因|未回款原因|拖欠原因",
            "next_on": "next|next date|next contact|next follow-up|下次跟进日期|下次跟进"
            "|下次联系日期"
            "|下次跟进日",
            "note": f"{_NOTE}|跟进内容|跟进备注|内容",
        },
    ),
}

CHOICE_NAMES: Final[dict[str, dict[str, str]]] = {
    "role": {
        "rep": "sales rep|sales|salesperson|representative|业务员|销售|销售员|业务代表|销售代表"
        "|客户经理",
        "manager": "team manager|supervisor|经理|主管|销售经理|团队经理|部门经理|销售主管",
        "finance": "accounting|accountant|财务|财务人员|会计",
        "admin": "administrator|管理员|系统管理员",
    },
    "measure_kind": {
        "potential_analysis": "potential|潜力分析|市场潜力分析|客户潜力分析|潜力挖掘",
        "incentive": "激励|奖励|回款激励|激励政策|返利激励",
        "promotion": "促销|促销活动|推广",
        "outlet_development": "outlets|网点开发|终端开发|渠道开发|网点拓展|网点建设",
        "new_product": "new products|新品|新产品|新品上市|新品推广",
        "field_staff": "field support|驻点人员|驻场人员|外勤人员|业务支持|人员支持|派驻人员|驻点",
        "training": "培训|客户培训",
        "joint_collection": "joint collecting visit|联合催收|协同催款|联合催款|联合收款"
        "|协助收款|联合清收",
        "other": "其他|其它",
    },
    "measure_status": {
        "planned": "plan|计划中|计划|已计划|待执行|未开始",
        "in_progress": "ongoing|进行中|执行中|实施中",
        "done": "completed|finished|完成|已完成",
        "dropped": "cancelled|canceled|abandoned|放弃|已放弃|取消|已取消",
    },
    "channel": {
        "visit": "in person|meeting|拜访|上门|面谈|上门拜访|当面|走访",
        "phone": "call|telephone|电话|致电",
        "wechat": "微信|企业微信",
        "email": "mail|邮件|电子邮件|邮箱",
        "letter": "信函|函件|书面|函|催款函|信件",
        "portal": "网上确认|门户|客户页面|网页|客户门户",
        "other": "其他|其它",
    },
    "payment_method": {
        "transfer": "bank transfer|wire|wire transfer|转账|银行转账|电汇|汇款|网银",
        "cash": "现金",
        "cheque": "check|支票",
        "acceptance_draft": "draft|acceptance|bank acceptance|承兑|承兑汇票|银行承兑汇票"
        "|银行承兑|商业承兑汇票"
        "|汇票|银承",
        "other": "其他|其它",
    },
    "answer": {
        "committed": "promised|已承诺|承诺|同意",
        "put_off": "postponed|推迟|拖延|推后|延后|暂缓",
        "refused": "declined|拒绝|不同意|拒绝承诺",
        "no_answer": "no answer yet|no reply|未答复|无答复|尚未答复|未回复|无回复|暂无答复",
    },
    "outcome": {
        "promised": "promise|committed|已承诺|承诺|承诺付款",
        "paid": "已付款|已付|付款|已回款",
        "put_off": "postponed|推迟|拖延|推后|延后|暂缓",
        "refused": "declined|拒绝|拒付|拒绝付款",
        "disputed": "dispute|有争议|争议|提出异议|异议",
        "no_answer": "no reply|not reached|未接通|无人接听|联系不上|未联系上|无答复|未答复|无应答",
        "other": "其他|其它",
    },
    "reason": {
        "product_fault": "faulty product|quality|产品质量|质量问题|产品问题|产品质量问题|产品故障",
        "property_purchase": "bought property|买房|购房|购置房产|买房置业|置业|购置物业",
        "warehouse": "building a warehouse|仓库|建仓库|建仓|扩建仓库|租仓库|仓储",
        "family_event": "family|家庭事务|家中有事|红白喜事|家庭原因|家庭变故|家里有事",
        "retailers_owe": "retailers owe money|下游欠款|零售商欠款|终端欠款|分销商欠款"
        "|下家未付款|下游未付款",
        "cash_short": "short of cash|cash flow|资金紧张|资金周转困难|缺钱|资金困难|周转困难"
        "|资金不足",
        "waiting_approval": "awaiting approval|等待审批|审批中|待审批|付款审批中|走流程|内部审批",
        "invoice_question": "invoice query|invoice dispute|发票问题|发票疑问|对账问题|发票有误"
        "|账目不符"
        "|发票异议",
        "other": "其他|其它",
    },
    "adjustment_kind": {
        "credit_note": "credit|红字发票|贷项通知单|贷项|红票|贷记单|红冲",
        "claim": "索赔|理赔|索赔扣款|赔偿",
        "discount": "cash discount|折扣|现金折扣|折让|贴息",
        "rebate_offset": "rebate|返利|返利冲抵|返利抵扣|返利冲账",
        "bank_charge": "bank fee|bank charges|银行手续费|手续费|银行费用",
        "write_off": "written off|坏账|坏账核销|核销|坏账注销",
    },
    "reminder_mode": {
        "automatic": "auto|自动|自动发送",
        "approve": "approval|审批|需审批|审核|审核后发送|人工确认|需确认|批准后发送",
        "never": "none|off|从不|不发送|不提醒|关闭|不催",
    },
    "language": {
        "zh-hans": "zh|zh-cn|zh-hans-cn|chinese|simplified chinese|中文|简体中文|汉语|简体",
        "en": "en-us|en-gb|english|英文|英语",
    },
    "credit_rating": {"A": "A级", "B": "B级", "C": "C级", "D": "D级"},
    "disputed": {
        "yes": "y|true|t|1|x|是|有|对|√|✓|disputed|有争议|真",
        "no": "n|false|f|0|否|无|没有|不|×|undisputed|无争议|假",
    },
}
