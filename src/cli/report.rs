//! `report`: tells a run once more, or writes reports of it.

use super::Exit;
use super::arguments::ReportArguments;
use super::records::{self, Records};
use super::reports::Reports;
use super::settings::Settings;

pub(super) fn report(settings: &Settings, arguments: &ReportArguments) -> Exit {
    let record = match Records::new(settings).find(&arguments.run) {
        Ok(record) => record,
        Err(exit) => return exit,
    };
    if arguments.report.is_empty() {
        records::tell(settings, &record);
        return Exit::Ok;
    }
    match Reports::begin(settings, &arguments.report) {
        Ok(mut reports) => {
            for case in &record.cases {
                reports.case(&case.report);
            }
            reports.finish(&records::summary(settings, &record))
        }
        Err(exit) => exit,
    }
}
