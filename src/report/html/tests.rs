use super::super::fixture::{Builder, everything, hostile, one_long_line};
use super::Html;

#[test]
fn one_of_everything() {
    insta::assert_snapshot!(everything().rendered(&Html, None));
}
