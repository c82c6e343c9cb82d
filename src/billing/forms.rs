//! What is typed about charges.

use super::prices::model::PriceItem;
use crate::money::Currency;
use crate::web::Form;

/// The highest amount of a line, in minor units: a bill of many such lines still adds up.
pub const MOST: i64 = 10_000_000_000_000;
/// The highest price of one, in minor units.
pub const MOST_PRICE: i64 = 1_000_000_000_000;

/// A charge as it shall be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChargeInput {
    pub description: String,
    pub quantity: i64,
    /// Minor units for one.
    pub unit_price: i64,
    pub department_id: Option<i64>,
}

impl ChargeInput {
    /// Quantity times price; `parse` has seen that it is at most [`MOST`].
    pub fn amount(&self) -> i64 {
        self.quantity * self.unit_price
    }
}

/// Reads the form; what is wrong stands in it afterwards. Words and price that are left empty are those of the chosen
/// entry of the price list.
pub fn parse(form: &mut Form, items: &[PriceItem], currency: Currency) -> Option<ChargeInput> {
    let chosen = form.id::<i64>("item");
    let item = items.iter().find(|item| Some(item.id.0) == chosen);
    if chosen.is_some() && item.is_none() {
        form.refuse_field("item", "Choose one of the price list.");
    }
    let mut description = form.text("description", 200);
    if description.is_empty() {
        match item {
            Some(item) => description.clone_from(&item.name),
            None => form.refuse_field("description", "Choose from the price list, or say what it is for."),
        }
    }
    let typed = price(form, "unit_price", currency);
    let unit_price = typed.or(item.map(|item| item.price));
    if unit_price.is_none() && form.error("unit_price").is_none() {
        form.refuse_field("unit_price", "Enter the price of one.");
    }
    let quantity = if form.value("quantity").trim().is_empty() { Some(1) } else { form.number("quantity", 1..=10_000) };
    let department_id = form.id::<i64>("department_id").or(item.and_then(|item| item.department_id.map(i64::from)));
    let input = ChargeInput {
        description,
        quantity: quantity.unwrap_or(1),
        unit_price: unit_price.unwrap_or_default(),
        department_id,
    };
    if form.is_valid() && input.amount() > MOST {
        form.refuse_field("quantity", "This comes to more than any bill.");
    }
    form.is_valid().then_some(input)
}

/// A price, or `None` when the field is empty; one that is too high is refused.
pub fn price(form: &mut Form, name: &str, currency: Currency) -> Option<i64> {
    let price = form.money(name, currency);
    if price.is_some_and(|price| price > MOST_PRICE) {
        form.refuse_field(name, format!("At most {}.", currency.text(MOST_PRICE)));
    }
    price.filter(|price| *price <= MOST_PRICE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::prices::model::PriceItemId;

    fn read(fields: [(&str, &str); 3]) -> Result<ChargeInput, String> {
        let items = [PriceItem {
            id: PriceItemId(7),
            name: "X-ray".to_owned(),
            department_id: None,
            price: 8_000,
            is_active: true,
            version: 1,
        }];
        let mut form = Form::of(fields.map(|(name, value)| (name, value.to_owned())));
        let euro = Currency::named("EUR").expect("a real currency");
        parse(&mut form, &items, euro).ok_or_else(|| form.errors[0].field.clone())
    }

    #[test]
    fn what_is_left_empty_comes_from_the_price_list() {
        let input = read([("item", "7"), ("quantity", "2"), ("unit_price", "")]).expect("complete");
        assert_eq!((input.description.as_str(), input.amount()), ("X-ray", 16_000));
        let cheaper = read([("item", "7"), ("quantity", ""), ("unit_price", "50")]).expect("complete");
        assert_eq!(cheaper.amount(), 5_000);
        assert_eq!(read([("item", "8"), ("quantity", ""), ("unit_price", "50")]), Err("item".to_owned()));
        assert_eq!(read([("item", ""), ("quantity", ""), ("unit_price", "50")]), Err("description".to_owned()));
        for (quantity, price, wrong) in [
            ("0", "1", "quantity"),
            ("-1", "1", "quantity"),
            ("1", "-1", "unit_price"),
            ("1", "1000000000000000000", "unit_price"),
            ("10000", "9999999999", "quantity"),
            ("1", "1.005", "unit_price"),
        ] {
            assert_eq!(read([("item", "7"), ("quantity", quantity), ("unit_price", price)]), Err(wrong.to_owned()));
        }
    }
}
