//! stub
use crate::json::Pointer; use serde_json::Value;
#[derive(Debug)] pub struct Schema;
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)] #[error("x")] pub struct CompileError;
#[derive(Debug, Clone, PartialEq, Eq)] pub struct Violation { pub instance: Pointer, pub keyword: Pointer, pub keyword_name: String, pub expected: String, pub actual: String, pub message: String, pub property: Option<String> }
impl Schema { pub fn compile(_: &Value)->Result<Self, CompileError>{Ok(Self)} pub fn is_valid(&self,_:&Value)->bool{true} pub fn violations(&self,_:&Value)->Vec<Violation>{vec![]} }
