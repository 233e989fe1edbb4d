//! What makes a row of the state tables happen, in a few words.
//!
//! Book: 211.0-B-6 tables 6-7 to 6-13; the words are ours.

/// The trigger of a row by the name of its event; nothing for an unknown one.
pub fn trigger(row: &str) -> &'static str {
    ROWS.iter()
        .find(|(name, _)| *name == row)
        .map_or("", |(_, words)| words)
}

const ROWS: &[(&str, &str)] = &[
    // Table 6-7: full duplex, session establishment.
    ("E1", "SET MODE connecting-L"),
    ("E2", "SET MODE connecting-T"),
    ("E3", "hail received"),
    ("E4", "carrier time over"),
    ("E5", "acquisition time over"),
    ("E6", "hail sent"),
    ("E7", "tail time over"),
    ("E8", "no answer, hail again"),
    ("E9", "answer received"),
    ("E10", "carrier time over"),
    ("E11", "acquisition time over"),
    ("E80", "carrier lost"),
    ("E81", "silent long enough, hail again"),
    ("E82", "carrier lost"),
    // Table 6-8: full duplex, COMM_CHANGE.
    ("E12", "LOCAL COMM_CHANGE"),
    ("E13", "COMM_CHANGE received"),
    ("E14", "nothing pending"),
    ("E15", "directives sent"),
    ("E16", "symbol lock dropped"),
    ("E17", "answer on the new settings"),
    ("E18", "no answer, directives again"),
    ("E19", "nothing pending"),
    ("E20", "tail time over, new settings"),
    // Table 6-9: full duplex, termination.
    ("E21", "local no more data, RNMD loaded"),
    ("E22", "RNMD received"),
    ("E23", "RNMD received, both finished"),
    ("E24", "local no more data, both finished"),
    ("E25", "nothing pending"),
    ("E26", "tail time over, end of session"),
    ("E28", "SET MODE inactive"),
    // Table 6-10: half duplex, session establishment.
    ("E29", "SET MODE connecting-L"),
    ("E30", "hail received"),
    ("E31", "SET MODE connecting-T"),
    ("E32", "carrier time over"),
    ("E33", "acquisition time over"),
    ("E34", "hail sent"),
    ("E35", "tail time over"),
    ("E36", "no answer, hail again"),
    ("E37", "answer received"),
    // Table 6-11: half duplex, data services and token.
    ("E38", "Send_Duration over"),
    ("E39", "nothing pending"),
    ("E40", "carrier time over"),
    ("E41", "acquisition time over"),
    ("E42", "token sent"),
    ("E43", "tail time over"),
    ("E44", "Receive_Duration over, still a carrier"),
    ("E45", "Receive_Duration over, no frame"),
    ("E46", "valid frame"),
    ("E47", "carrier acquired"),
    ("E48", "Receive_Duration over, no carrier"),
    ("E49", "token received"),
    ("E50", "Receive_Duration over, no carrier"),
    ("E83", "too many failed token passes"),
    ("E84", "silent long enough, hail again"),
    ("E85", "carrier lost"),
    // Table 6-12: half duplex, termination and COMM_CHANGE.
    ("E51", "local no more data"),
    ("E52", "local no more data"),
    ("E53", "nothing pending, RNMD loaded"),
    ("E54", "RNMD received"),
    ("E55", "nothing pending, RNMD loaded"),
    ("E56", "RNMD sent"),
    ("E57", "tail time over, end of session"),
    ("E58", "RNMD received, end of session"),
    ("E61", "SET MODE inactive"),
    ("E62", "LOCAL COMM_CHANGE, for later"),
    ("E63", "LOCAL COMM_CHANGE"),
    ("E64", "LOCAL COMM_CHANGE of before"),
    ("E65", "nothing pending"),
    ("E66", "directives sent"),
    ("E67", "tail time over"),
    ("E68", "answer on the new settings"),
    ("E69", "COMM_CHANGE received"),
    // Table 6-13: simplex.
    ("E71", "SET MODE active"),
    ("E72", "SET MODE active"),
    ("E73", "SET MODE inactive"),
    // What the tables leave out.
    ("HailLifetimeOver", "Hail_Lifetime over"),
    ("CommChangeLifetimeOver", "Comm_Change_Lifetime over"),
    ("TerminationLifetimeOver", "silence after RNMD"),
    ("Initialize", "SET INITIALIZE MODE"),
];
