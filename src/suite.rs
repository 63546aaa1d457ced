//! The suite: everything put together, from texts to verdicts.
//!
//! ```text
//! Folder (texts) ─ load ─► Suite { Api { contract, scenarios, settings } }, Problems
//! Case + World ─ Session::play ─► Outcome { report, snapshot }
//! ```
//!
//! Whoever drives it, the command line or a test harness, calls the same [`Session::play`]. It reads
//! no disk and opens no connection: texts, target and clock are handed in.

mod captured;
mod compile;
mod layers;
mod lint;
mod load;
mod outcome;
mod page;
mod play;
mod probing;
mod secrets;
mod settings;
mod teardown;
mod update;

pub use compile::compile_contract;
pub use layers::{LAYER_SIGN, Layers, is_target_name, layer_of};
pub use lint::{CONTRACT_RULES, ContractRule, RULES, Rule, lint, lint_contract};
pub use load::{
    Api, Folder, SourceText, Suite, load, load_contract, load_contract_with, load_with,
};
pub use outcome::waive;
pub use page::{is_page, render_page};
pub use play::{Outcome, Session};
pub use secrets::Telling;
pub use settings::{
    ApiSettings, CredentialSource, HeaderSettings, IdentitySettings, PlainSource, ProxyLogin,
    SecretSource, TargetSettings, TokenSettings, Uncovered, UncoveredPart, VolatileText,
    WaiverText, check_token_url, check_url, check_user, with_rules, with_waivers, without_waivers,
};
pub use teardown::{Tidier, Undone};
pub use update::{Baseline, Step as UpdateStep, UpdateMode, baselines};
