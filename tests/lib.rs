//! Nothing: the cases stand in `suite/`, one file for each theme.
