//! Whether a bill is the provider's last word: because somebody says so, or by the provider's own dates.
//!
//! Providers keep adding late usage, refunds and adjustments for some days; each kind of file is final from an hour that the
//! provider publishes, in UTC+8. A file that was written before that hour is an estimate, whenever it is read.

use chrono::{DateTime, Duration, FixedOffset, NaiveDateTime, NaiveTime, TimeZone, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::bill::Layout;
use crate::domain::period::Month;
use crate::domain::words::words;

words! {
    /// Whether a bill may still change.
    Finality, "a finality" {
        /// Late usage, refunds and adjustments still arrive.
        Estimated = "estimated",
        /// The provider will not change it any more.
        Final = "final",
    }
}

/// Why a bill is taken for final or estimated. Times are in the provider's zone, UTC+8.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "because", rename_all = "kebab-case")]
pub enum FinalityReason {
    /// Somebody said so.
    Said,
    /// The file was written after the provider's final hour.
    WrittenSince {
        /// When it was written.
        written: NaiveDateTime,
        /// From when such files are final.
        final_from: NaiveDateTime,
    },
    /// The file was written before the provider's final hour.
    WrittenBefore {
        /// When it was written.
        written: NaiveDateTime,
        /// From when such files are final.
        final_from: NaiveDateTime,
    },
    /// No rule of the provider is known for the layout.
    NoRule,
}

/// The day of the next month on which, at 12:00 in UTC+8, a bill of a layout is final; `None` where no rule is known.
///
/// Alibaba Cloud: the settlement bill at 12:00 on the 2nd of the next month, detail and instance bills at 12:00 on the 3rd, the
/// FOCUS file at 12:00 on the 4th.
pub fn final_day(layout: &Layout) -> Option<u8> {
    match layout {
        Layout::AlibabaSettle => Some(2),
        Layout::AlibabaV2 | Layout::AlibabaLegacy | Layout::AlibabaInstance | Layout::AlibabaApi => Some(3),
        Layout::Focus => Some(4),
        Layout::Own(_) => None,
    }
}

/// The hour from which a month's bill of a layout is final; `None` where no rule is known.
fn final_from(layout: &Layout, period: Month) -> Option<NaiveDateTime> {
    let day = i64::from(final_day(layout)?);
    let noon = NaiveTime::from_hms_opt(12, 0, 0)?;
    Some((period.next().first_day() + Duration::days(day - 1)).and_time(noon))
}

/// Judges a bill by the provider's rule; `written` is when the oldest of its files was.
pub fn judge(layout: &Layout, period: Month, written: DateTime<Utc>) -> (Finality, FinalityReason) {
    let Some(final_from) = final_from(layout, period) else { return (Finality::Estimated, FinalityReason::NoRule) };
    let written = provider_time(written);
    if written >= final_from {
        (Finality::Final, FinalityReason::WrittenSince { written, final_from })
    } else {
        (Finality::Estimated, FinalityReason::WrittenBefore { written, final_from })
    }
}

/// The provider's clock, UTC+8.
fn provider_time(time: DateTime<Utc>) -> NaiveDateTime {
    const SECONDS_EAST: i32 = 8 * 3600;
    FixedOffset::east_opt(SECONDS_EAST)
        .map_or_else(|| time.naive_utc(), |zone| zone.from_utc_datetime(&time.naive_utc()).naive_local())
}

/// When a console download was made, by its name `<UID>-<YYYYMMDDHHMMSS>_<YYYYMM>_….csv` in the provider's time. A name is a
/// hint, never proof: it can only make a file older than its modification time says.
pub fn written_by_name(name: &str) -> Option<DateTime<Utc>> {
    let name = name.rsplit('/').next()?;
    let (_, rest) = name.split_once('-')?;
    let (stamp, _) = rest.split_once('_')?;
    let time = NaiveDateTime::parse_from_str(stamp, "%Y%m%d%H%M%S").ok().filter(|_| stamp.len() == 14)?;
    Some(FixedOffset::east_opt(8 * 3600)?.from_local_datetime(&time).single()?.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_bill_has_its_final_hour() {
        let june = Month::parse("2026-06").unwrap();
        let table = [
            (Layout::AlibabaSettle, "2026-07-02T03:59:59Z", Finality::Estimated),
            (Layout::AlibabaSettle, "2026-07-02T04:00:00Z", Finality::Final),
            (Layout::AlibabaV2, "2026-07-03T03:59:59Z", Finality::Estimated),
            (Layout::AlibabaV2, "2026-07-03T04:00:00Z", Finality::Final),
            (Layout::AlibabaLegacy, "2026-07-03T04:00:00Z", Finality::Final),
            (Layout::AlibabaInstance, "2026-07-03T04:00:00Z", Finality::Final),
            (Layout::AlibabaApi, "2026-07-03T04:00:00Z", Finality::Final),
            (Layout::Focus, "2026-07-03T04:00:00Z", Finality::Estimated),
            (Layout::Focus, "2026-07-04T04:00:00Z", Finality::Final),
            (Layout::Own("tencent".parse().unwrap()), "2027-01-01T00:00:00Z", Finality::Estimated),
        ];
        for (layout, written, expected) in table {
            let (finality, _) = judge(&layout, june, written.parse().unwrap());
            assert_eq!(finality, expected, "{layout} {written}");
        }
    }

    #[test]
    fn a_console_download_tells_when_it_was_made() {
        let told = |name: &str| written_by_name(name).map(|time| time.to_rfc3339());
        let name = "1901002003004005-20260703120000_202606_consumedetailbillv2.csv";
        assert_eq!(told(name).as_deref(), Some("2026-07-03T04:00:00+00:00"));
        assert_eq!(told(&format!("bills/{name}")).as_deref(), Some("2026-07-03T04:00:00+00:00"));
        assert_eq!(told("bill-june_2026.csv"), None);
        assert_eq!(told("1901-20261303120000_x.csv"), None);
    }
}
