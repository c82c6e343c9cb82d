//! The pages of dispensings.

pub mod record;
pub mod returns;
pub mod steps;
mod view;
pub mod work;

use crate::access::can;
use crate::web::Cx;

/// Somebody who dispenses.
type Pharmacist = Cx<can::DispensePrescriptions>;
