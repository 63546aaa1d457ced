//! Mutants of small contracts.
