use super::*;

/// Origin: the definition itself, counted out step by step for all 65,536 pairs.
//= 211.0-B-6 7 half-range
#[test]
fn half_range_rule_for_every_pair() {
    for a in 0..=255_u8 {
        for b in 0..=255_u8 {
            let (mut at, mut steps) = (b, 0_u16);
            while at != a {
                at = if at == 255 { 0 } else { at + 1 };
                steps += 1;
            }
            let (a, b) = (SeqNum::new(a), SeqNum::new(b));
            assert_eq!(u16::from(a.distance_from(b)), steps);
            assert_eq!(
                a.is_ahead_of(b),
                (1..=127).contains(&steps),
                "{a} ahead of {b}"
            );
            assert_eq!(b.plus(a.distance_from(b)), a);
        }
    }
}

#[test]
fn next_wraps_at_each_modulus() {
    assert_eq!(SeqNum::new(255).next(), SeqNum::new(0));
    assert_eq!(SeqCount::MAX.next(), SeqCount::default());
    assert_eq!(VcFrameCount8::new(255).next(), VcFrameCount8::new(0));
    assert_eq!(VcFrameCount24::MAX.next(), VcFrameCount24::default());
    assert_eq!(SeqCount::new(16_384), None);
    assert_eq!(VcFrameCount24::new(1 << 24), None);
}

/// Missing units, counted by walking from the previous count to the present one.
#[test]
fn gaps_count_missing_units() {
    for previous in 0..=255_u8 {
        for missing in 0..=255_u8 {
            let now = (0..=missing).fold(VcFrameCount8::new(previous), |c, _| c.next());
            assert_eq!(now.gap_since(VcFrameCount8::new(previous)), missing);
        }
    }
    let near_the_end = SeqCount::new(16_382).unwrap();
    assert_eq!(SeqCount::new(2).unwrap().gap_since(near_the_end), 3); // 16383, 0, 1
    assert_eq!(near_the_end.gap_since(near_the_end), 16_383);
    let last = VcFrameCount24::MAX;
    assert_eq!(last.next().gap_since(last), 0);
    assert_eq!(last.gap_since(last), 0xFF_FFFF);
    assert_eq!(
        VcFrameCount24::new(5)
            .unwrap()
            .gap_since(VcFrameCount24::new(1).unwrap()),
        3
    );
}
