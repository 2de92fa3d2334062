//! The languages in which a statement can be read, and the words of ours in each.
//!
//! English is what stands in the code. The other words stand here, one table for all of them; what has none is shown in English.
//! Only labels, titles, kinds and events are translated: never a key, and never what comes from outside.

use crate::domain::words::words;

words! {
    /// A language.
    Language, "a language" {
        /// English.
        English = "en",
        /// Simplified Chinese.
        Chinese = "zh",
    }
}

/// English and Chinese, in the order of the bytes of the English.
const CHINESE: &[(&str, &str)] = &[
    ("Account", "账户"),
    ("Accounts", "账户"),
    ("Agent", "代理商"),
    ("Agreement", "协议版本"),
    ("Agreements", "协议版本"),
    ("Amount", "发生额"),
    ("At list price", "目录价金额"),
    ("Balance due", "应付余额"),
    ("Balance due, closing", "期末应付余额"),
    ("Balance due, opening", "期初应付余额"),
    ("Bill lines", "账单行数"),
    ("Charge month", "费用月份"),
    ("Charged", "计费金额"),
    ("Charges", "本期费用"),
    ("Coupon", "优惠券"),
    ("Covered by plans", "资源包与节省计划抵扣"),
    ("Credential", "证件号"),
    ("Credits", "本期退还"),
    ("Currency", "币种"),
    ("Date", "日期"),
    ("Deposits", "未分配资金"),
    ("Deposits, closing", "期末未分配资金"),
    ("Deposits, not allocated", "未分配资金"),
    ("Deposits, opening", "期初未分配资金"),
    ("Discount", "优惠比例"),
    ("Entity", "实名主体"),
    ("Event", "事项"),
    ("Group", "集团"),
    ("Kind", "类型"),
    ("Lines", "明细"),
    ("List price", "目录价"),
    ("Mode", "结算方式"),
    ("Month", "月份"),
    ("Name", "名称"),
    ("Notice", "提示"),
    ("Number of charges", "费用笔数"),
    ("Order", "订单"),
    ("Payable", "应付金额"),
    ("Payments", "本期付款"),
    ("Period", "账期"),
    ("Product", "产品"),
    ("Provider order", "云厂商订单号"),
    ("Real-name owner", "实名主体"),
    ("Reference", "参考号"),
    ("Saved against list price", "较目录价节省"),
    ("Schema", "格式"),
    ("Spending by month", "按月消费"),
    ("Spending by product", "按产品消费"),
    ("State", "状态"),
    ("Statement of account", "账户对账单"),
    ("Statements", "对账单数"),
    ("Statements of accounts", "对账单汇总"),
    ("Summary", "摘要"),
    ("Supersedes version", "取代版本"),
    ("Tier from", "阶梯起点"),
    ("To deposits", "转入未分配资金"),
    ("Totals", "合计"),
    ("UID", "账号 UID"),
    ("Usage", "用量"),
    ("agent-pays", "代理商代付"),
    ("all others", "其他"),
    ("allocate", "划拨"),
    ("bill-accepted", "账单入账"),
    ("charge", "费用"),
    ("charge-back", "收款退回"),
    ("closed", "已关账"),
    ("closing", "期末"),
    ("credit", "退还"),
    ("deposit", "收款"),
    ("difference-accepted", "差异入账"),
    ("dispute-charged", "争议转费用"),
    ("no account had a part in this month", "本月没有账户发生业务"),
    ("none", "无"),
    ("nothing happened in this month", "本月没有发生额"),
    ("nothing moved them in this month", "本月没有变动"),
    ("opening", "期初"),
    ("paid-with-bill", "代金券及储值卡支付"),
    ("pay-provider", "支付云厂商"),
    ("payment", "付款"),
    ("prepaid", "预付"),
    ("provisional", "未关账"),
    ("reclaim", "回收"),
    ("refund", "退款"),
    ("settlement", "结算付款"),
    ("top-up", "充值"),
    ("total", "合计"),
    ("transfer", "转账"),
    ("true-up", "阶梯调整"),
    ("usage", "用量"),
    ("usage-accrued", "用量暂估"),
    ("voucher", "代金券"),
    ("withdraw", "退回客户"),
    ("write-off", "核销"),
];

impl Language {
    /// A word of ours; in English where there is none.
    pub fn word(self, english: &'static str) -> &'static str {
        self.known(english).unwrap_or(english)
    }

    /// A sentence or title that may be of ours.
    pub fn text(self, english: String) -> String {
        self.known(&english).map_or(english, str::to_owned)
    }

    /// The word, if the table has it.
    pub fn known(self, english: &str) -> Option<&'static str> {
        match self {
            Self::English => None,
            Self::Chinese => CHINESE.binary_search_by_key(&english, |(word, _)| word).ok().map(|place| CHINESE[place].1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_and_what_is_not_ours_stays() {
        assert!(CHINESE.is_sorted_by(|(one, _), (other, _)| one < other), "each word once, in order");
        for (english, chinese) in CHINESE {
            assert_eq!((Language::Chinese.word(english), Language::English.word(english)), (*chinese, *english));
            assert!(chinese.chars().any(|character| character >= '\u{4e00}'), "{english} is {chinese}");
        }
        assert_eq!(Language::Chinese.text("Acme Holdings".to_owned()), "Acme Holdings");
    }
}
