//! temporary
pub mod http;
pub mod world;
pub mod shell;
