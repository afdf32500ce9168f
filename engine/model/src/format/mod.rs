//! How numbers, words and days are written in Vietnamese documents (regulations 4.5 to 4.7, 8.5).

mod date;
mod number;
mod words;

pub use date::{date_iso, date_long, date_short, parse_date};
pub use number::{
    ParseDecimalError, decimal, document_number, integer, parse_decimal, plain_decimal,
};
pub use words::{Reading, integer_in_words, score_in_words};
