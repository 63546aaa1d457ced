//! Of an API that can be wrong in ten ways, each within reach: which are found from its contract alone?
//!
//! The API is of the tests' own (`api`); `countersign generate` writes its flows. It is right as long as no
//! switch is turned, and each switch is shown to do what it says by requests of the tests' own, without the
//! judge (`switches`).

mod api;
mod flows;
mod found;
mod switches;
mod varied;
