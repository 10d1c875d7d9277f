//! The sides of objects.

use super::*;

#[test]
fn the_side_of_an_object_is_that_of_its_fields() {
    use Side::*;
    let of = |sides: &[Side]| Side::of_all(sides.iter().copied());
    assert_eq!(of(&[Theirs, Theirs]), Theirs);
    assert_eq!(of(&[Ours]), Ours);
    assert_eq!(of(&[Ours, Theirs]), Both);
    assert_eq!(of(&[Both, Ours]), Both);
    assert_eq!(of(&[Theirs, Unknown]), Unknown);
    assert!(Side::ALL.into_iter().filter(|side| !side.is_drift()).eq([Ours]));
}
