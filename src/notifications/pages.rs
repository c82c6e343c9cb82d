//! The bell and the list behind it.

use askama::Template;

use super::model::NotificationId;
use super::queries;
use crate::access::can;
use crate::error::AppError;
use crate::web::paging::PAGE_SIZE;
use crate::web::{Answer, Cx, Flash, Page, Paging, page};

struct Row {
    id: NotificationId,
    message: String,
    when: String,
    is_unread: bool,
}

#[derive(Template)]
#[template(path = "notifications/index.html")]
struct IndexPage {
    page: Page,
    rows: Vec<Row>,
    paging: Paging,
    /// The newest there is: "read" reaches as far as this page was made.
    newest: i64,
}

#[derive(Template)]
#[template(path = "notifications/bell.html")]
struct Bell {
    page: Page,
}

pub async fn index(cx: Cx<can::SignedIn>) -> Answer {
    let (user, asked, zone) = (cx.actor()?.user_id, cx.page_number(), cx.zone());
    let (paging, newest, found) = cx
        .read(move |db| {
            let paging = Paging::new(asked, queries::count(db, user)?, "/notifications".to_owned());
            let newest = queries::list(db, user, 0, 1)?.first().map_or(0, |n| n.id.0);
            Ok((paging.clone(), newest, queries::list(db, user, paging.offset(), PAGE_SIZE)?))
        })
        .await?;
    let rows = found
        .into_iter()
        .map(|n| Row { id: n.id, message: n.message, when: zone.text(n.created_at), is_unread: n.read_at.is_none() })
        .collect();
    cx.html(&IndexPage { page: cx.page("Notifications"), rows, paging, newest })
}

/// The bell alone, asked for again and again by pages that stay open.
pub async fn bell(cx: Cx<can::SignedIn>) -> Answer {
    cx.html(&Bell { page: cx.page("") })
}

/// Marks one as read and goes where it leads.
pub async fn open(cx: Cx<can::SignedIn>) -> Answer {
    let (user, id, now) = (cx.actor()?.user_id, cx.id::<NotificationId>("id")?, cx.now());
    let link = cx
        .write(move |db| {
            let found = queries::find(db, user, id)?;
            queries::mark_read(db, user, id, now)?;
            Ok(found.link)
        })
        .await?;
    cx.redirect(page::local_path(&link))
}

pub async fn read_all(cx: Cx<can::SignedIn>) -> Answer {
    let (user, now) = (cx.actor()?.user_id, cx.now());
    let newest = cx.form.value("newest").parse().map(NotificationId).map_err(|_| AppError::NotFound)?;
    cx.write(move |db| Ok(queries::mark_all_read(db, user, newest, now)?)).await?;
    cx.redirect_with("/notifications", &Flash::success("All notifications are read."))
}
