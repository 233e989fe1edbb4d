//! The size of an endpoint beside the memory lent to it: the one figure of docs/performance.md that is the same everywhere (with 64-bit
//! pointers). The budget is that of issue 3.

use magpie_bench::speed::BUDGET_OCTETS;
use magpie_link::endpoint::Endpoint;

#[test]
fn an_endpoint_fits_into_four_kibibytes() {
    let octets = size_of::<Endpoint<&mut [u8]>>();
    assert!(octets < BUDGET_OCTETS, "{octets} octets");
}
