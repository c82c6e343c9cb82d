//! The pages of stocktakes.

mod finish;
mod list;
mod sheet;

pub use finish::{cancel, differences, post};
pub use list::{create, index, new};
pub use sheet::{print, save, show};
