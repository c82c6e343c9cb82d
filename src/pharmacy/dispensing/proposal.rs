//! Which batches a quantity is taken from: the first to expire first, split where one is not enough. Pure.

use std::collections::HashMap;

use crate::pharmacy::stock::model::{Batch, BatchId};

/// What is in the batches already spoken for by other lines of the same prescription.
pub type Taken = HashMap<BatchId, i32>;

/// The parts of `wanted` that the batches can give, in their order; less than wanted where they do not hold so much.
pub fn first_expiring(wanted: i32, batches: &[Batch], taken: &mut Taken) -> Vec<(BatchId, i32)> {
    let mut left = wanted;
    let mut parts = Vec::new();
    for batch in batches {
        let spoken_for = taken.entry(batch.id).or_default();
        let part = left.min(batch.quantity - *spoken_for);
        if part > 0 {
            *spoken_for += part;
            left -= part;
            parts.push((batch.id, part));
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;
    use crate::medicines::model::MedicineId;
    use crate::pharmacy::stock::model::BatchStatus;

    fn batch(id: i64, quantity: i32) -> Batch {
        Batch {
            id: BatchId(id),
            medicine_id: MedicineId(1),
            lot: format!("L{id}"),
            expires_on: NaiveDate::default(),
            unit_cost: 0,
            quantity,
            status: BatchStatus::Available,
            recall_reason: String::new(),
            version: 1,
        }
    }

    #[test]
    fn a_quantity_is_split_and_no_unit_is_offered_twice() {
        let batches = [batch(1, 4), batch(2, 10)];
        let mut taken = Taken::new();
        assert_eq!(first_expiring(6, &batches, &mut taken), [(BatchId(1), 4), (BatchId(2), 2)]);
        assert_eq!(first_expiring(6, &batches, &mut taken), [(BatchId(2), 6)]);
        assert_eq!(first_expiring(6, &batches, &mut taken), [(BatchId(2), 2)]);
        assert_eq!(first_expiring(6, &batches, &mut taken), []);
        assert_eq!(first_expiring(0, &batches, &mut Taken::new()), []);
    }
}
