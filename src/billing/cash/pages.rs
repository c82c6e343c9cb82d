//! Cashiers' days: one's own to open and to close, everybody's to look at.

use askama::Template;

use super::actions::{self, Closing};
use super::model::{self, Difference, Entry, Session, SessionId, SessionRow, Taking};
use super::{forms, queries};
use crate::access::{Permission, Requirement, can};
use crate::audit;
use crate::error::AppError;
use crate::time::Zone;
use crate::web::paging::PAGE_SIZE;
use crate::web::{Answer, Cx, Flash, Form, Page, Paging};

/// Days are seen by those who have their own, and by those who see everybody's.
pub(super) fn check<R: Requirement>(cx: &Cx<R>) -> Result<(), AppError> {
    let may = cx.may(Permission::TakePayments) || cx.may(Permission::SeeFinancialReports);
    if may { Ok(()) } else { Err(AppError::Forbidden) }
}

#[derive(Template)]
#[template(path = "billing/cash_sessions.html")]
struct IndexPage {
    page: Page,
    rows: Vec<SessionRow>,
    paging: Paging,
    zone: Zone,
    /// The person's own open day.
    own: Option<Session>,
    /// Whether only those that are open are shown.
    only_open: bool,
    may_take: bool,
    sees_all: bool,
}

/// `GET /cash-sessions?which=open`: one's own days; everybody's for those who see the reports.
pub async fn index(cx: Cx<can::SignedIn>) -> Answer {
    check(&cx)?;
    let actor = cx.actor()?.clone();
    let (asked, only_open) = (cx.page_number(), cx.query("which") == "open");
    let base = if only_open { "/cash-sessions?which=open" } else { "/cash-sessions" };
    let (rows, paging, own) = cx
        .read(move |db| {
            let paging = Paging::new(asked, queries::count(db, &actor, only_open)?, base.to_owned());
            let rows = queries::list(db, &actor, only_open, (paging.offset(), PAGE_SIZE))?;
            Ok((rows, paging, queries::open_of(db, actor.user_id)?))
        })
        .await?;
    let sees_all = cx.may(Permission::SeeFinancialReports);
    cx.html(&IndexPage {
        page: cx.page(if sees_all { "Cashiers\u{2019} days" } else { "Cashier\u{2019}s day" }),
        rows,
        paging,
        zone: cx.zone(),
        own,
        only_open,
        may_take: cx.may(Permission::TakePayments),
        sees_all,
    })
}

#[derive(Template)]
#[template(path = "billing/cash_open.html")]
struct OpenPage {
    page: Page,
    form: Form,
    currency: &'static str,
}

fn open_page(cx: &Cx<can::TakePayments>, form: Form) -> OpenPage {
    let currency = cx.settings().currency().code();
    OpenPage { page: cx.page("Open your cashier\u{2019}s day"), form, currency }
}

pub async fn new(cx: Cx<can::TakePayments>) -> Answer {
    let user = cx.actor()?.user_id;
    match cx.read(move |db| Ok(queries::open_of(db, user)?)).await? {
        Some(open) => cx.redirect(&format!("/cash-sessions/{}", open.id)),
        None => cx.html(&open_page(&cx, Form::default())),
    }
}

pub async fn create(cx: Cx<can::TakePayments>) -> Answer {
    let (by, actor) = (cx.by.clone(), cx.actor()?.clone());
    let mut form = cx.form.clone();
    let Some(float) = forms::opening(&mut form, cx.settings().currency()) else {
        return cx.invalid(&open_page(&cx, form));
    };
    let opened =
        cx.write_once(move |db| Ok(format!("/cash-sessions/{}", actions::open(db, &by, &actor, float)?))).await;
    match opened {
        Ok((location, _)) => cx.redirect_with(&location, &Flash::success("Your day is open: take payments.")),
        Err(error) => {
            form.refuse(error)?;
            cx.invalid(&open_page(&cx, form))
        }
    }
}

#[derive(Template)]
#[template(path = "billing/cash_session.html")]
struct ShowPage {
    page: Page,
    session: Session,
    cashier: String,
    takings: Vec<Taking>,
    entries: Vec<Entry>,
    paging: Paging,
    zone: Zone,
    /// Whether it is the person's own and open.
    may_close: bool,
    sees_bills: bool,
}

pub async fn show(cx: Cx<can::SignedIn>) -> Answer {
    check(&cx)?;
    let (actor, id) = (cx.actor()?.clone(), cx.id::<SessionId>("id")?);
    let (asked, me) = (cx.page_number(), actor.user_id);
    let (session, cashier, sums, entries, paging) = cx
        .read(move |db| {
            let session = queries::find(db, &actor, id)?;
            let paging = Paging::new(asked, queries::entries_count(db, id)?, format!("/cash-sessions/{id}"));
            let entries = queries::entries(db, id, (paging.offset(), PAGE_SIZE))?;
            let cashier = queries::cashier(db, session.user_id)?;
            Ok((session, cashier, queries::sums(db, id)?, entries, paging))
        })
        .await?;
    cx.looked(audit::Entry::new("viewed", "cash_session", id)).await?;
    cx.html(&ShowPage {
        page: cx.page(&format!("Cashier\u{2019}s day {}", id.code())),
        may_close: session.is_open() && session.user_id == me && cx.may(Permission::TakePayments),
        sees_bills: cx.may(Permission::SeeBills),
        takings: model::takings(&sums),
        session,
        cashier,
        entries,
        paging,
        zone: cx.zone(),
    })
}

/// The count as it was typed, where it differs from what was expected.
struct Differs {
    expected: i64,
    difference: Difference,
}

#[derive(Template)]
#[template(path = "billing/cash_close.html")]
struct ClosePage {
    page: Page,
    form: Form,
    session: Session,
    /// `None` before the first count: it is made without knowing what is expected.
    differs: Option<Differs>,
}

async fn close_page(
    cx: &Cx<can::TakePayments>,
    id: SessionId,
    form: Form,
    differs: Option<Differs>,
) -> Result<ClosePage, AppError> {
    let actor = cx.actor()?.clone();
    let session = cx.read(move |db| actions::own(db, &actor, id)).await?;
    Ok(ClosePage { page: cx.page(&format!("Close {}", id.code())), form, session, differs })
}

pub async fn offer_closing(cx: Cx<can::TakePayments>) -> Answer {
    let page = close_page(&cx, cx.id("id")?, Form::default(), None).await?;
    cx.html(&page)
}

pub async fn close(cx: Cx<can::TakePayments>) -> Answer {
    let (by, actor, id) = (cx.by.clone(), cx.actor()?.clone(), cx.id::<SessionId>("id")?);
    let shown = close_page(&cx, id, cx.form.clone(), None).await?;
    let (currency, mut form) = (shown.session.currency(), shown.form);
    let Some(count) = forms::count(&mut form, currency) else {
        return cx.invalid(&close_page(&cx, id, form, None).await?);
    };
    match cx.write(move |db| actions::close(db, &by, &actor, id, &count)).await {
        Ok(Closing::Closed(difference)) => {
            let words = match difference.0 {
                0 => "The day is closed, and the drawer agrees.".to_owned(),
                _ => format!("The day is closed with a difference of {}.", difference.signed(currency)),
            };
            let flash = Flash::success(words).link(format!("/cash-sessions/{id}/print"), "Print the handover");
            cx.redirect_with(&format!("/cash-sessions/{id}"), &flash)
        }
        Ok(Closing::Differs { expected, difference }) => {
            form.refuse_field("note", "Count once more; if it stays, say what you know about it.");
            cx.invalid(&close_page(&cx, id, form, Some(Differs { expected, difference })).await?)
        }
        Err(error) => {
            form.refuse(error)?;
            cx.invalid(&close_page(&cx, id, form, None).await?)
        }
    }
}
