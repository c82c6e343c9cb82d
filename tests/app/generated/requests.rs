//! Every route with generated addresses, query strings and forms, as somebody who may: 4xx at most, and an answer always.

use futures_util::future::join_all;
use infirmary::web::page::encode;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;

use super::{runner, seed, typed};
use crate::access::{World, rows, visitor_for};
use crate::robust::inputs;
use crate::support::{Suite, TestApp};

pub fn tests(suite: &mut Suite) {
    suite.both(every_route_answers_whatever_it_is_sent);
}

/// How many times each route is asked. Together some thousand requests, a few seconds on either engine.
const TRIES: usize = 6;

/// Names of fields that some page reads from its address.
const QUERY: &[&str] = &[
    "q",
    "page",
    "date",
    "doctor",
    "department",
    "specialization",
    "status",
    "view",
    "seen",
    "next",
    "patient",
    "slot",
    "starts_at",
    "encounter",
    "appointment",
    "follow_up_of",
    "rows",
    "kind",
    "role",
    "standing",
    "medicine",
    "dose",
    "show",
    "within",
    "before",
    "supplier",
    "item",
    "empty",
    "left",
];

/// Names that no page of ours has.
fn odd_name() -> impl Strategy<Value = String> {
    prop_oneof![
        typed(),
        (1..400_usize).prop_map(|depth| format!("a{}", "[b]".repeat(depth))),
        Just("_once".to_owned()),
        Just("_token".to_owned()),
        Just("__proto__".to_owned()),
    ]
}

/// Fields of the page and others, some of them several times, with what the page holds and with anything else.
fn fields(page: &[(String, String)]) -> BoxedStrategy<Vec<(String, String)>> {
    if page.is_empty() {
        return vec((odd_name(), typed()), 0..6).boxed();
    }
    let known = select(page.to_vec());
    let one = prop_oneof![
        3 => known.clone(),
        6 => (known, typed()).prop_map(|((name, _), value)| (name, value)),
        1 => (odd_name(), typed()),
    ];
    // The page's own fields first, so that some sending is nearly right, or the strange ones.
    let page = page.to_vec();
    (vec(one, 1..2 * page.len() + 4), any::<bool>())
        .prop_map(move |(strange, is_nearly_right)| {
            if !is_nearly_right {
                return strange;
            }
            let changed: Vec<(String, String)> = strange.into_iter().take(2).collect();
            let kept = page.iter().filter(|(name, _)| changed.iter().all(|(other, _)| other != name));
            kept.cloned().chain(changed.iter().cloned()).collect()
        })
        .boxed()
}

/// The address with some of its ids replaced by anything, which stays one part of it.
fn address(path: &str, strange: Option<&str>) -> String {
    let Some(strange) = strange else { return path.to_owned() };
    // Longer addresses are no address to any server.
    let strange: String = strange.chars().take(300).collect();
    let part = encode(&strange).replace('/', "%2F").replace('.', "%2E");
    let parts = path.split('/').map(|p| if p.parse::<i64>().is_ok() { part.as_str() } else { p });
    parts.collect::<Vec<_>>().join("/")
}

async fn every_route_answers_whatever_it_is_sent(app: TestApp) {
    let seed = seed();
    let mut runner = runner(seed, 1);
    let mut make = |strategy: BoxedStrategy<(Vec<(String, String)>, Option<String>)>| {
        strategy.new_tree(&mut runner).expect("nothing is filtered out").current()
    };
    let mut broken = Vec::new();
    let mut sent = 0;
    for row in rows() {
        let Some(visitor) = visitor_for(&app, &row).await.filter(|_| row.path != "/logout") else { continue };
        let world = World::make(&app);
        let path = world.fill(&row.path, &visitor);
        let is_get = row.method == "GET";
        let mut page = inputs(&visitor.get(&path).await);
        if is_get {
            page.extend(QUERY.iter().map(|name| ((*name).to_owned(), "1".to_owned())));
        } else {
            // The form stands on its own page, on the one above, or on one named for what it makes.
            let above = path.rsplit_once('/').map_or("/", |(above, _)| above).to_owned();
            for other in [above, format!("{path}/new")] {
                page.extend(inputs(&visitor.get(&other).await));
            }
            page.retain(|(name, _)| name != "_token");
        }
        let mut requests = Vec::new();
        for n in 0..TRIES {
            let strange = if n == 0 { typed().prop_map(Some).boxed() } else { Just(None).boxed() };
            let (fields, strange) = make((fields(&page), strange).boxed());
            requests.push((address(&path, strange.as_deref()), fields));
        }
        sent += requests.len();
        let visitor = &visitor;
        let answers = join_all(requests.iter().map(|(path, fields)| async move {
            if is_get {
                let query: Vec<String> = fields.iter().map(|(n, v)| format!("{}={}", encode(n), encode(v))).collect();
                // Longer addresses are no address to any server.
                let mut query = query.join("&");
                query.truncate(8_000);
                visitor.try_get(&format!("{path}?{query}")).await
            } else {
                let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
                visitor.try_post(path, &fields).await
            }
        }))
        .await;
        for ((path, fields), answer) in requests.iter().zip(answers) {
            let what = match &answer {
                Some(reply) if reply.status < 500 => continue,
                Some(reply) => format!("{} {}", reply.status, reply.words()),
                None => "no answer at all".to_owned(),
            };
            let short = |text: &str| text.chars().take(500).collect::<String>();
            let (path, fields) = (short(path), short(&format!("{fields:?}")));
            broken.push(format!("{} {} as {path}: {what}\n  {fields}", row.method, row.path));
        }
    }
    assert!(sent > 300, "every route was asked: {sent}");
    assert!(broken.is_empty(), "INFIRMARY_TEST_SEED={seed}\n{}", broken.join("\n"));
}
