//! Stock: what the database itself holds, and the pages that move it.

mod ledger;

use crate::support::Suite;

pub fn tests(suite: &mut Suite) {
    ledger::tests(suite);
}
