//! Reception's day: who comes, who waits, who is in, as columns or as a list, refreshed by itself, and on paper.
//!
//! The page works as it is sent. `board.js` asks for the day's part again while somebody looks at it; an unchanged day
//! answers 204. What is on the board follows from the appointments' states alone, and the buttons from `Step::check`.

pub mod model;
mod pages;
pub mod queries;

pub(super) use pages::record_look;

use crate::web::Routes;

pub fn routes(r: &mut Routes<'_>) {
    r.get("/board", pages::show);
    r.get("/board/print", pages::print);
}
