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
            let mut exit = Exit::Ok;
            for case in &record.cases {
                exit = exit.max(reports.recorded(case, arguments.times));
            }
            exit.max(reports.end(&records::summary(settings, &record)))
        }
        Err(exit) => exit,
    }
}
