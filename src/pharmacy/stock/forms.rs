//! What is typed about a batch.

use super::model::MOST_UNITS;
use crate::web::Form;

/// What can be done to a batch by hand. Each has a form of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::EnumString, strum::VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum Act {
    Adjust,
    SendBack,
    Recall,
    Release,
    WriteOff,
}

impl Act {
    /// As it stands in addresses.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The title of its form.
    pub fn title(self) -> &'static str {
        match self {
            Self::Adjust => "Adjust the quantity",
            Self::SendBack => "Send back to the supplier",
            Self::Recall => "Recall",
            Self::Release => "Release",
            Self::WriteOff => "Write off",
        }
    }

    /// The words on its button.
    pub fn button(self) -> &'static str {
        match self {
            Self::Adjust => "Adjust",
            Self::SendBack => "Send back",
            Self::Recall => "Recall",
            Self::Release => "Release",
            Self::WriteOff => "Write off",
        }
    }

    /// The sign on its button.
    pub fn icon(self) -> &'static str {
        match self {
            Self::Adjust => "adjustments",
            Self::SendBack => "arrow-forward-up",
            Self::Recall => "ban",
            Self::Release => "lock-open",
            Self::WriteOff => "trash",
        }
    }

    /// What will happen, in a sentence.
    pub fn text(self) -> &'static str {
        match self {
            Self::Adjust => "For what is broken, found or given to a ward. After counting the shelf, use a stocktake.",
            Self::SendBack => "The units leave the stock. Keep the supplier's credit note with the reason.",
            Self::Recall => "The batch stays on the shelf and is not offered to anybody until it is released.",
            Self::Release => "The batch is offered again.",
            Self::WriteOff => "All that is left of it leaves the stock: its day is past.",
        }
    }

    /// Whether a quantity is asked for.
    pub fn has_quantity(self) -> bool {
        matches!(self, Self::Adjust | Self::SendBack)
    }

    /// Whether a reason is asked for.
    pub fn has_reason(self) -> bool {
        self != Self::WriteOff
    }
}

/// The directions of an adjustment.
pub const DIRECTIONS: [(&str, &str); 2] = [("out", "Take out"), ("in", "Put in")];

/// What was typed, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActInput {
    /// Units; below zero for an adjustment that takes out. 0 where none are asked for.
    pub quantity: i32,
    /// Empty where none is asked for.
    pub reason: String,
}

/// Reads the form of an act; what is wrong stands in it afterwards.
pub fn parse(form: &mut Form, act: Act) -> Option<ActInput> {
    let mut quantity = 0;
    if act.has_quantity() {
        quantity = form.number("quantity", 1..=MOST_UNITS).unwrap_or(0);
        if quantity == 0 {
            form.refuse_field("quantity", "Enter how many units.");
        }
    }
    if act == Act::Adjust {
        match form.value("direction") {
            "out" => quantity = -quantity,
            "in" => {}
            _ => form.refuse_field("direction", "Choose whether units are taken out or put in."),
        }
    }
    let reason = if act.has_reason() { form.required("reason", 300, "Say why.") } else { String::new() };
    form.is_valid().then_some(ActInput { quantity, reason })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_adjustment_has_a_direction_and_a_reason() {
        let read = |quantity: &str, direction: &str, reason: &str| {
            let fields = [("quantity", quantity), ("direction", direction), ("reason", reason)];
            let mut form = Form::of(fields.map(|(name, value)| (name, value.to_owned())));
            parse(&mut form, Act::Adjust).map(|input| input.quantity).ok_or(form.errors.len())
        };
        assert_eq!(read("5", "out", "Broken"), Ok(-5));
        assert_eq!(read("5", "in", "Found"), Ok(5));
        for quantity in ["0", "-5", "1.5", "1000000000000000000", "five", ""] {
            assert_eq!(read(quantity, "in", "Found"), Err(1), "{quantity}");
        }
        assert_eq!(read("", "", ""), Err(3));
    }
}
