//! Stock: what the database itself holds, and the pages that move it.

mod alerts;
mod deliveries;
mod ledger;
mod random;
mod shelves;
mod stocktakes;

use crate::support::Suite;

pub fn tests(suite: &mut Suite) {
    alerts::tests(suite);
    deliveries::tests(suite);
    ledger::tests(suite);
    random::tests(suite);
    shelves::tests(suite);
    stocktakes::tests(suite);
}
