//! What is refused of an expression before it is ever evaluated.

use xpath_eval::{
    Axis, EqualityOp, Expr, FilterExpr, FunctionCall, LocationPath, NodeTest, PathExpr,
    PrimaryExpr, QName, Step,
};

use super::{PATH_BYTES_MAX, PATH_DEPTH_MAX};

/// The functions, with how many arguments each takes (`XPath 1.0 §4`).
const FUNCTIONS: [(&str, usize, usize); 25] = [
    ("last", 0, 0),
    ("position", 0, 0),
    ("count", 1, 1),
    ("local-name", 0, 1),
    ("namespace-uri", 0, 1),
    ("name", 0, 1),
    ("string", 0, 1),
    ("concat", 2, usize::MAX),
    ("starts-with", 2, 2),
    ("contains", 2, 2),
    ("substring-before", 2, 2),
    ("substring-after", 2, 2),
    ("substring", 2, 3),
    ("string-length", 0, 1),
    ("normalize-space", 0, 1),
    ("translate", 3, 3),
    ("boolean", 1, 1),
    ("not", 1, 1),
    ("true", 0, 0),
    ("false", 0, 0),
    ("number", 0, 1),
    ("sum", 1, 1),
    ("floor", 1, 1),
    ("ceiling", 1, 1),
    ("round", 1, 1),
];

/// Refuses what the parser, which calls itself for every bracket, would go too deep for.
pub(super) fn limits(text: &str) -> Result<(), String> {
    if text.len() > PATH_BYTES_MAX {
        return Err(format!("it is longer than {PATH_BYTES_MAX} bytes"));
    }
    let (mut depth, mut quote) = (0_usize, None);
    for byte in text.bytes() {
        match (byte, quote) {
            (byte, Some(open)) if byte == open => quote = None,
            (byte @ (b'"' | b'\''), None) => quote = Some(byte),
            (b'[' | b'(', None) => depth += 1,
            (b']' | b')', None) => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > PATH_DEPTH_MAX {
            return Err(too_deep());
        }
    }
    Ok(())
}

fn too_deep() -> String {
    format!("its parts stand more than {PATH_DEPTH_MAX} deep within one another")
}

/// Looks through an expression, and gives the prefixes in it.
pub(super) fn expression(expression: &Expr) -> Result<Vec<String>, String> {
    let mut walk = Walk {
        prefixes: Vec::new(),
    };
    walk.expression(expression, 0)?;
    Ok(walk.prefixes)
}

struct Walk {
    prefixes: Vec<String>,
}

impl Walk {
    fn expression(&mut self, expression: &Expr, depth: usize) -> Result<(), String> {
        if depth > PATH_DEPTH_MAX {
            return Err(too_deep());
        }
        match expression {
            Expr::Or(left, right)
            | Expr::And(left, right)
            | Expr::Equality(left, _, right)
            | Expr::Relational(left, _, right)
            | Expr::Additive(left, _, right)
            | Expr::Multiplicative(left, _, right)
            | Expr::Union(left, right) => {
                self.expression(left, depth + 1)?;
                self.expression(right, depth + 1)
            }
            Expr::Negate(inner) => self.expression(inner, depth + 1),
            Expr::Path(PathExpr::Location(path)) => self.path(path, depth),
            Expr::Path(PathExpr::Filter(filter)) => self.filter(filter, depth),
            Expr::Path(PathExpr::FilterLocation(filter, path)) => {
                self.filter(filter, depth)?;
                self.path(path, depth)
            }
        }
    }

    fn path(&mut self, path: &LocationPath, depth: usize) -> Result<(), String> {
        for step in &path.steps {
            match &step.node_test {
                NodeTest::QName(QName {
                    prefix: Some(prefix),
                    ..
                })
                | NodeTest::NamespaceWildcard(prefix) => self.prefixes.push(prefix.clone()),
                _ => {}
            }
            self.all(&step.predicates, depth)?;
        }
        Ok(())
    }

    fn filter(&mut self, filter: &FilterExpr, depth: usize) -> Result<(), String> {
        match &filter.primary {
            PrimaryExpr::Variable(name) => {
                return Err(format!("the variable `${}` has no value", name.local));
            }
            PrimaryExpr::Parenthesized(inner) => self.expression(inner, depth + 1)?,
            PrimaryExpr::Function(call) => {
                arguments(call)?;
                self.all(&call.args, depth)?;
            }
            PrimaryExpr::Literal(_) | PrimaryExpr::Number(_) => {}
        }
        self.all(&filter.predicates, depth)
    }

    fn all(&mut self, expressions: &[Expr], depth: usize) -> Result<(), String> {
        expressions
            .iter()
            .try_for_each(|it| self.expression(it, depth + 1))
    }
}

fn arguments(call: &FunctionCall) -> Result<(), String> {
    let name = match &call.name.prefix {
        Some(prefix) => format!("{prefix}:{}", call.name.local),
        None => call.name.local.clone(),
    };
    if matches!(name.as_str(), "id" | "lang") {
        return Err(format!("the function `{name}()` is not supported"));
    }
    let Some((_, least, most)) = FUNCTIONS.iter().find(|(it, _, _)| *it == name) else {
        return Err(format!("there is no function `{name}()`"));
    };
    let given = call.args.len();
    if (*least..=*most).contains(&given) {
        return Ok(());
    }
    Err(format!(
        "the function `{name}()` does not take {given} arguments"
    ))
}

/// See [`super::XPath::is_of_every_version`].
pub(super) fn is_of_every_version(expression: &Expr) -> bool {
    let Expr::Path(PathExpr::Location(path)) = expression else {
        return false;
    };
    path.is_absolute
        && path
            .steps
            .iter()
            .all(|step| is_plain(step, is_plain_predicate))
}

fn is_plain(step: &Step, predicate: impl Fn(&Expr) -> bool) -> bool {
    let axes = [
        Axis::Child,
        Axis::Attribute,
        Axis::DescendantOrSelf,
        Axis::SelfAxis,
    ];
    axes.contains(&step.axis) && step.predicates.iter().all(predicate)
}

fn is_plain_predicate(expression: &Expr) -> bool {
    let primary = |it: &Expr| match it {
        Expr::Path(PathExpr::Filter(filter)) if filter.predicates.is_empty() => {
            Some(filter.primary.clone())
        }
        _ => None,
    };
    let is_path = |it: &Expr| match it {
        Expr::Path(PathExpr::Location(path)) => {
            let mut steps = path.steps.iter();
            steps.all(|step| is_plain(step, |_| false))
        }
        _ => false,
    };
    match expression {
        Expr::Equality(left, EqualityOp::Eq, right) => {
            is_path(left) && matches!(primary(right), Some(PrimaryExpr::Literal(_)))
        }
        other => matches!(primary(other), Some(PrimaryExpr::Number(_))),
    }
}
