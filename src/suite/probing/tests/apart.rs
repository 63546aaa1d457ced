//! What nobody knows how to undo is sent where the server is gone afterwards, and nowhere else.

use std::sync::Mutex;

use super::shop::{CONTRACT, Shop, State, WORKFLOWS};
use super::*;
use crate::world::{Spare, Spares};

/// Shops of one's own: each begins anew.
#[derive(Debug)]
struct Shops {
    fault: &'static str,
    /// What was asked of each that has been given back.
    asked: Mutex<Vec<Vec<String>>>,
    site: Site,
}

struct OwnShop<'s> {
    shops: &'s Shops,
    shop: Shop,
    clock: VirtualClock,
}

impl Spares for Shops {
    fn spare<'a>(&'a self, _api: &'a str) -> Pending<'a, Option<Box<dyn Spare + 'a>>> {
        let own = OwnShop {
            shops: self,
            shop: Shop::with(self.fault),
            clock: VirtualClock::default(),
        };
        Box::pin(std::future::ready(Some(Box::new(own) as Box<dyn Spare>)))
    }

    fn has(&self, api: &str) -> bool {
        api == "books"
    }
}

impl Spare for OwnShop<'_> {
    fn world(&self) -> World<'_> {
        World {
            target: &self.shop,
            site: &self.shops.site,
            clock: &self.clock,
            stopping: &NeverStopping,
            limits: Limits::default(),
        }
    }
}

impl Drop for OwnShop<'_> {
    fn drop(&mut self) {
        let asked = self.shop.state().asked;
        self.shops.asked.lock().expect("a lock").push(asked);
    }
}

/// What playing all flows with variations came to.
struct Played {
    reports: Vec<CaseReport>,
    /// What the shop of the run keeps.
    state: State,
    /// What was asked of each shop of one's own; none where there are none.
    apart: Vec<Vec<String>>,
}

/// How the flows are played.
struct Manner {
    fault: &'static str,
    /// What shops of one's own are, where there are some.
    spares: Option<&'static str>,
    settings: Option<&'static str>,
    budget: usize,
}

const HONEST_WITH_SPARES: Manner = Manner {
    fault: "none",
    spares: Some("none"),
    settings: None,
    budget: 1_000,
};

fn play(manner: &Manner) -> Played {
    let suite = suite_of(CONTRACT, WORKFLOWS, manner.settings);
    let plan = plan::lay_out(&suite.scenarios(), &Selection::default(), 0, &|_| {
        Map::new()
    });
    let aims = Aims {
        variations: true,
        budget: manner.budget,
        ..Aims::default()
    };
    let mut session = Session::new(&suite, &plan, BTreeMap::new()).probing(aims, &plan);
    let shops = Arc::new(Shops {
        fault: manner.spares.unwrap_or("none"),
        asked: Mutex::default(),
        site: "http://shop".into(),
    });
    if manner.spares.is_some() {
        session = session.with_spares(Arc::clone(&shops) as Arc<dyn Spares>);
    }
    let target = Shop::with(manner.fault);
    let clock = VirtualClock::default();
    let world = World {
        target: &target,
        site: &"http://shop".into(),
        clock: &clock,
        stopping: &NeverStopping,
        limits: Limits::default(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let reports = plan.cases.iter().map(|case| {
        let outcome = runtime.block_on(session.play(case, world));
        Arc::unwrap_or_clone(outcome.report)
    });
    let reports = reports.collect();
    let apart = std::mem::take(&mut *shops.asked.lock().expect("a lock"));
    Played {
        reports,
        state: target.state(),
        apart,
    }
}

impl Played {
    /// What was found, by names.
    fn found(&self) -> Vec<String> {
        let all = self.reports.iter();
        let found = all.flat_map(|it| it.findings.iter().map(|finding| it.finding_id(finding)));
        found.collect()
    }

    /// By operation how many variations were sent, and why no more.
    fn varied(&self) -> BTreeMap<&str, (usize, Option<&str>)> {
        let probes = self.reports.iter().filter_map(|it| it.probes.as_ref());
        let varied = probes.flat_map(|it| &it.varied);
        let told = varied.map(|it| (it.operation.as_str(), (it.sent, it.left.as_deref())));
        told.collect()
    }

    /// The last request to each shop of one's own.
    fn last(&self) -> Vec<&str> {
        let all = self.apart.iter().filter_map(|it| it.last());
        all.map(String::as_str).collect()
    }
}

#[test]
fn what_nobody_can_undo_is_sent_to_a_server_of_its_own() {
    let played = play(&HONEST_WITH_SPARES);
    assert_eq!(played.found(), Vec::<String>::new());
    let left: Vec<_> = played
        .varied()
        .into_values()
        .filter_map(|it| it.1)
        .collect();
    let nothing = "nothing of its request can be varied";
    assert!(left.iter().all(|it| *it == nothing), "{left:?}");
    // Each of them had a shop of its own, that was filled and where there was an order that is not paid.
    let payments: Vec<_> = played
        .last()
        .into_iter()
        .filter(|it| it.contains("payment"))
        .collect();
    assert!(payments.len() >= 6, "{payments:?}");
    for by in ["cash", "cheque"] {
        let body = format!(r#"{{"by":"{by}","note":"thanks"}}"#);
        let paid = format!("POST /orders/0/payment {body}");
        assert!(payments.contains(&paid.as_str()), "{payments:?}");
    }
    for asked in &played.apart {
        let is_payment = asked.last().is_some_and(|it| it.contains("payment"));
        let before: Vec<_> = asked[..asked.len() - 1]
            .iter()
            .map(|it| it.trim())
            .collect();
        assert!(
            !is_payment || before == ["POST /goods", "POST /orders"],
            "{asked:?}"
        );
    }
    // The shop of the run has seen the flows twice, and no payment that is allowed but theirs.
    assert_eq!(played.state.orders, [true, true]);
    let own = played.state.asked.iter();
    let other = [r#"{"by":"cash""#, r#"{"by":"cheque""#];
    let allowed: Vec<_> = own
        .filter(|it| other.iter().any(|body| it.contains(body)))
        .collect();
    assert_eq!(allowed, Vec::<&String>::new());
}

#[test]
fn without_servers_of_ones_own_it_is_not_sent_and_the_reason_is_told() {
    let played = play(&Manner {
        spares: None,
        ..HONEST_WITH_SPARES
    });
    assert_eq!(played.found(), Vec::<String>::new());
    let varied = played.varied();
    let why = Some("nobody knows how what the contract allows is undone");
    assert_eq!(varied["pay"].1, why);
    // A time to close at that was not there before is not taken away by the flow's own request.
    assert_eq!(varied["changeHours"].1, why);
    assert_eq!(varied["setHours"].1, None);
    assert_eq!(varied["hold"].1, None);
    assert!(played.apart.is_empty());
}

#[test]
fn what_is_put_or_declared_to_be_undone_is_sent_and_undone() {
    let played = play(&Manner {
        spares: None,
        ..HONEST_WITH_SPARES
    });
    let asked = |what: &str| {
        let all = played.state.asked.iter();
        all.filter(|it| it.starts_with(what)).count()
    };
    // The bounds were met: none of it is there any more.
    for put in [r#"{"opens":0,"closes":18}"#, r#"{"opens":9,"closes":24}"#] {
        assert_eq!(asked(&format!("PUT /hours {put}")), 1, "{put}");
    }
    assert_eq!(
        played.state.hours,
        serde_json::json!({"opens": 8, "closes": 18})
    );
    // A name of nine letters, one in another script, none at all: each of the seats is free again.
    assert!(asked("POST /seats ") > 6);
    assert_eq!(asked("POST /seats {}"), 1);
    assert_eq!(played.state.held, Vec::<usize>::new());
}

#[test]
fn what_a_server_of_ones_own_does_wrong_is_found_and_made_smaller() {
    let with = |fault| {
        play(&Manner {
            fault,
            spares: Some(fault),
            ..HONEST_WITH_SPARES
        })
    };
    let no_cash = with("no-cash");
    assert_eq!(
        no_cash.found(),
        ["books::buy/pay/valid-is-accepted/listed:body/by#valid-is-accepted"]
    );
    let report = no_cash.reports.iter().find(|it| !it.findings.is_empty());
    let record = report.expect("it was found").findings[0].record;
    let shown = &report.expect("it was found").steps[record].shown;
    let curl = format!("{shown:?}");
    // Without what is optional, and with what is at fault.
    assert!(curl.contains("cash") && !curl.contains("thanks"), "{curl}");
    let foreign = with("ascii-only").found();
    assert_eq!(foreign.len(), 3, "{foreign:?}");
    assert!(
        foreign.iter().all(|it| it.contains("body/note")),
        "{foreign:?}"
    );
}

#[test]
fn what_may_be_refused_is_sent_all_the_same_and_must_not_break_the_server() {
    let settings = Some(
        "[[probes.except]]\noperation = \"pay\"\nplace = \"body/by\"\nwhy = \"the till says so\"\n",
    );
    let with = |fault| {
        play(&Manner {
            fault,
            spares: Some(fault),
            settings,
            ..HONEST_WITH_SPARES
        })
    };
    assert_eq!(with("no-cash").found(), Vec::<String>::new());
    let broken = with("cheque-breaks").found();
    assert!(
        broken.iter().any(|it| it.ends_with("#valid-is-accepted")),
        "{broken:?}"
    );
}

#[test]
fn what_is_sent_apart_counts_with_all_that_leads_to_it() {
    let all = play(&HONEST_WITH_SPARES);
    let few = play(&Manner {
        budget: 24,
        ..HONEST_WITH_SPARES
    });
    let requests = |played: &Played| -> usize {
        let of_it = played
            .apart
            .iter()
            .filter(|it| it.contains(&"POST /goods ".to_owned()));
        of_it.map(Vec::len).sum()
    };
    let counts = (requests(&few), requests(&all));
    assert!(counts.0 <= 24 && counts.0 < counts.1, "{counts:?}");
    assert_eq!(few.varied()["pay"].1, Some("the budget was used up"));
    assert!(few.varied()["pay"].0 < all.varied()["pay"].0);
}

#[test]
fn a_flow_that_does_not_come_to_its_step_again_is_told() {
    let played = play(&Manner {
        spares: Some("sold-out"),
        ..HONEST_WITH_SPARES
    });
    assert_eq!(played.found(), Vec::<String>::new());
    let why = Some("the flow did not come to its step again");
    assert_eq!(played.varied()["pay"].1, why);
}
