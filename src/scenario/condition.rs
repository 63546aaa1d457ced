//! Simple conditions (`Arazzo 1.0.1 §4.6.11`): comparisons of expressions and literals, joined by
//! `&&`, `||`, `!` and parentheses.
//!
//! This is the syntax alone; what a comparison means stands in `run`.

use std::cmp::Ordering;

use serde_json::Value;

use super::Expression;

/// A condition.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// Any of them holds.
    Any(Vec<Condition>),
    /// All of them hold.
    All(Vec<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
    /// Two values stand in this relation.
    Compare(Operand, Comparison, Operand),
    /// The value is true.
    Truth(Operand),
}

/// A value in a condition.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// A value that is written out.
    Literal(Value),
    /// A value that is read at run time.
    Expression(Expression),
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Comparison {
    /// Whether an order of two values is what is asked for.
    pub fn holds(self, ordering: Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::NotEqual => ordering.is_ne(),
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
        }
    }
}

/// How deep parentheses and negations may nest.
const DEPTH_MAX: usize = 64;

impl Condition {
    /// Reads a condition.
    ///
    /// # Errors
    /// When the text does not follow the grammar; with what is wrong and the byte where.
    pub fn parse(text: &str) -> Result<Self, (usize, String)> {
        let mut parser = Parser { text, at: 0 };
        let condition = parser.any(0)?;
        parser.skip_space();
        if parser.at < text.len() {
            return Err(parser.fail(format!("`{}` was not expected here", parser.ahead())));
        }
        Ok(condition)
    }

    /// Every expression in it.
    pub fn expressions(&self) -> Vec<&Expression> {
        match self {
            Self::Any(list) | Self::All(list) => list.iter().flat_map(Self::expressions).collect(),
            Self::Not(inner) => inner.expressions(),
            Self::Compare(left, _, right) => [left, right]
                .into_iter()
                .filter_map(Operand::expression)
                .collect(),
            Self::Truth(operand) => operand.expression().into_iter().collect(),
        }
    }
}

impl Operand {
    fn expression(&self) -> Option<&Expression> {
        match self {
            Self::Expression(expression) => Some(expression),
            Self::Literal(_) => None,
        }
    }
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
}

type Parsed<T> = Result<T, (usize, String)>;

impl Parser<'_> {
    fn fail(&self, why: impl Into<String>) -> (usize, String) {
        (self.at, why.into())
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    /// A few characters ahead, for messages.
    fn ahead(&self) -> String {
        self.rest().chars().take(12).collect()
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn take(&mut self, token: &str) -> bool {
        self.skip_space();
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    fn any(&mut self, depth: usize) -> Parsed<Condition> {
        let mut list = vec![self.all(depth)?];
        while self.take("||") {
            list.push(self.all(depth)?);
        }
        Ok(if list.len() == 1 {
            list.remove(0)
        } else {
            Condition::Any(list)
        })
    }

    fn all(&mut self, depth: usize) -> Parsed<Condition> {
        let mut list = vec![self.unary(depth)?];
        while self.take("&&") {
            list.push(self.unary(depth)?);
        }
        Ok(if list.len() == 1 {
            list.remove(0)
        } else {
            Condition::All(list)
        })
    }

    fn unary(&mut self, depth: usize) -> Parsed<Condition> {
        if depth > DEPTH_MAX {
            return Err(self.fail(format!("conditions nest at most {DEPTH_MAX} deep")));
        }
        self.skip_space();
        if self.rest().starts_with('!') && !self.rest().starts_with("!=") {
            self.at += 1;
            return Ok(Condition::Not(Box::new(self.unary(depth + 1)?)));
        }
        if self.take("(") {
            let inner = self.any(depth + 1)?;
            if !self.take(")") {
                return Err(self.fail("a `(` is never closed"));
            }
            return Ok(inner);
        }
        let left = self.operand()?;
        match self.comparison()? {
            Some(comparison) => Ok(Condition::Compare(left, comparison, self.operand()?)),
            None => Ok(Condition::Truth(left)),
        }
    }

    fn comparison(&mut self) -> Parsed<Option<Comparison>> {
        let known = [
            ("==", Comparison::Equal),
            ("!=", Comparison::NotEqual),
            ("<=", Comparison::LessOrEqual),
            (">=", Comparison::GreaterOrEqual),
            ("<", Comparison::Less),
            (">", Comparison::Greater),
        ];
        for (token, comparison) in known {
            if self.take(token) {
                return Ok(Some(comparison));
            }
        }
        if self.rest().starts_with('=') {
            return Err(self.fail("write `==` to compare"));
        }
        Ok(None)
    }

    fn operand(&mut self) -> Parsed<Operand> {
        self.skip_space();
        match self.rest().chars().next() {
            None => Err(self.fail("a value was expected, and the condition ends")),
            Some('\'') => self.quoted(),
            Some('$') => self.expression(),
            Some(_) => self.word(),
        }
    }

    /// A text in single quotes; two of them stand for one (`Arazzo 1.0.1 §4.6.11.1`).
    fn quoted(&mut self) -> Parsed<Operand> {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        loop {
            let Some(end) = self.rest().find('\'') else {
                self.at = start;
                return Err(self.fail("a `'` is never closed"));
            };
            text.push_str(&self.rest()[..end]);
            self.at += end + 1;
            if !self.rest().starts_with('\'') {
                return Ok(Operand::Literal(Value::String(text)));
            }
            text.push('\'');
            self.at += 1;
        }
    }

    fn expression(&mut self) -> Parsed<Operand> {
        let rest = self.rest();
        let mut quoted = false;
        let end = rest.find(|c: char| {
            quoted ^= c == '\'';
            !quoted && (c.is_whitespace() || "=!<>&|()".contains(c))
        });
        let text = &rest[..end.unwrap_or(rest.len())];
        let expression = Expression::parse(text).map_err(|error| {
            let near = error
                .nearest
                .map(|near| format!("; did you mean `{near}`?"));
            self.fail(format!("{error}{}", near.unwrap_or_default()))
        })?;
        self.at += text.len();
        Ok(Operand::Expression(expression))
    }

    fn word(&mut self) -> Parsed<Operand> {
        let rest = self.rest();
        let end = rest.find(|c: char| c.is_whitespace() || "=!<>&|()".contains(c));
        let word = &rest[..end.unwrap_or(rest.len())];
        let value = match word {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" => Value::Null,
            _ => match serde_json::from_str(word) {
                Ok(Value::Number(number)) => Value::Number(number),
                _ => {
                    let word = if word.is_empty() {
                        self.ahead()
                    } else {
                        word.to_owned()
                    };
                    return Err(self.fail(format!(
                        "`{word}` is no value; write text as '{word}' and expressions with `$`"
                    )));
                }
            },
        };
        self.at += word.len();
        Ok(Operand::Literal(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn and_binds_closer_than_or() {
        let condition = Condition::parse("true || false && false").expect("a condition");
        assert!(matches!(condition, Condition::Any(list) if list.len() == 2));
    }

    #[test]
    fn literals_and_quotes() {
        let Ok(Condition::Compare(_, Comparison::Equal, Operand::Literal(text))) =
            Condition::parse("$response.body#/name == 'it''s'")
        else {
            unreachable!("a comparison was written")
        };
        assert_eq!(text, Value::String("it's".to_owned()));
        for text in [
            "$statusCode==200",
            "!($statusCode>=400)",
            "1.5e3 < -2",
            "$inputs.x != null",
        ] {
            assert!(Condition::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn an_expression_may_hold_a_quoted_name() {
        let condition = Condition::parse("$response.body['a b'] == 1").expect("a condition");
        assert_eq!(condition.expressions().len(), 1);
    }

    #[test]
    fn broken_conditions_say_where() {
        for (text, at) in [
            ("", 0),
            ("$statusCode = 200", 12),
            ("$statusCode == ", 15),
            ("($statusCode == 200", 19),
            ("$statusCode == 'x", 15),
            ("$statusCode == 200 200", 19),
            ("$statuscode == 200", 0),
            ("name == 'x'", 0),
        ] {
            let error = Condition::parse(text).expect_err(text);
            assert_eq!(error.0, at, "{text}: {}", error.1);
        }
        assert!(Condition::parse(&"(".repeat(5_000)).is_err());
        assert!(Condition::parse(&"!".repeat(5_000)).is_err());
    }
}
