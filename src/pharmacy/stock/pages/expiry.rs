//! What expires soon, what has expired, and what is recalled; and writing off what has expired.

use askama::Template;
use strum::VariantArray;

use crate::access::{Permission, can};
use crate::medicines;
use crate::medicines::model::{Medicine, MedicineId};
use crate::pharmacy::stock::model::Within;
use crate::pharmacy::stock::shelf::BatchView;
use crate::pharmacy::stock::{actions, queries};
use crate::web::paging::PAGE_SIZE;
use crate::web::{Answer, Cx, Flash, Page, Paging};

#[derive(Template)]
#[template(path = "pharmacy/expiry.html")]
struct ExpiryPage {
    page: Page,
    within: Within,
    rows: Vec<(BatchView, Medicine)>,
    paging: Paging,
    may_manage: bool,
}

impl ExpiryPage {
    fn times(&self) -> &'static [Within] {
        Within::VARIANTS
    }
}

#[derive(Template)]
#[template(path = "pharmacy/write_off.html")]
struct WriteOffPage {
    page: Page,
    medicine: Medicine,
    batches: Vec<BatchView>,
}

pub async fn expiry(cx: Cx<can::SeeMedicines>) -> Answer {
    let within = Within::asked(&cx.query("within"));
    let (asked, today) = (cx.page_number(), cx.today());
    let base = format!("/stock/expiry?within={}", within.as_str());
    let (found, paging) = cx
        .read(move |db| {
            let paging = Paging::new(asked, queries::count_of_time(db, within, today)?, base);
            Ok((queries::list_of_time(db, within, today, paging.offset(), PAGE_SIZE)?, paging))
        })
        .await?;
    let rows =
        found.into_iter().map(|(batch, medicine)| (BatchView::new(batch, &medicine.unit, today), medicine)).collect();
    let may_manage = cx.may(Permission::ManageStock);
    cx.html(&ExpiryPage { page: cx.page("Expiry"), within, rows, paging, may_manage })
}

pub async fn confirm_write_off(cx: Cx<can::ManageStock>) -> Answer {
    let (id, today) = (cx.id::<MedicineId>("id")?, cx.today());
    let (medicine, expired) =
        cx.read(move |db| Ok((medicines::queries::find(db, id)?, queries::expired(db, id, today)?))).await?;
    let batches = expired.into_iter().map(|batch| BatchView::new(batch, &medicine.unit, today)).collect();
    cx.html(&WriteOffPage { page: cx.page("Write off what has expired"), medicine, batches })
}

pub async fn write_off(cx: Cx<can::ManageStock>) -> Answer {
    let (id, by, today) = (cx.id::<MedicineId>("id")?, cx.by.clone(), cx.today());
    let (name, count) = cx
        .write(move |db| {
            let name = medicines::queries::find(db, id)?.name;
            Ok((name, actions::write_off_all(db, &by, id, today)?))
        })
        .await?;
    let batches = if count == 1 { "1 batch".to_owned() } else { format!("{count} batches") };
    let done =
        Flash::success(format!("{batches} of {name} written off.")).link(format!("/medicines/{id}"), "Look at it");
    cx.redirect_with("/stock/expiry?within=expired", &done)
}
