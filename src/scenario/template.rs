//! Text with expressions in braces: `release {$steps.create.outputs.name}`.

use super::{Expression, ExpressionError};

/// A text with holes for values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    parts: Vec<TemplatePart>,
}

/// A part of such a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplatePart {
    /// Text that stands as it is.
    Literal(String),
    /// A value.
    Expression(Expression),
}

impl Template {
    /// Reads a text. Braces that do not hold an expression are plain text.
    ///
    /// # Errors
    /// When braces hold something that means to be an expression and is none.
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(open) = rest.find("{$") {
            let (before, from) = rest.split_at(open);
            literal.push_str(before);
            let close = from.find('}');
            let inside = close.map(|close| &from[1..close]);
            match (inside, close) {
                (Some(inside), Some(close)) if Expression::is_meant(inside) => {
                    if !literal.is_empty() {
                        parts.push(TemplatePart::Literal(std::mem::take(&mut literal)));
                    }
                    parts.push(TemplatePart::Expression(Expression::parse(inside)?));
                    rest = &from[close + 1..];
                }
                _ => {
                    literal.push_str("{$");
                    rest = &from[2..];
                }
            }
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            parts.push(TemplatePart::Literal(literal));
        }
        Ok(Self { parts })
    }

    /// Its parts, in order.
    pub fn parts(&self) -> &[TemplatePart] {
        &self.parts
    }

    /// The expressions in it.
    pub fn expressions(&self) -> impl Iterator<Item = &Expression> {
        self.parts.iter().filter_map(|part| match part {
            TemplatePart::Expression(expression) => Some(expression),
            TemplatePart::Literal(_) => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_are_found_and_other_braces_stay() {
        let template = Template::parse("a {$inputs.x}-{b} {$5} {$inputs.y}").expect("a template");
        assert_eq!(template.expressions().count(), 2);
        assert_eq!(template.parts().len(), 4);
        assert!(
            Template::parse("plain {text}")
                .expect("plain")
                .expressions()
                .next()
                .is_none()
        );
    }

    #[test]
    fn a_broken_hole_is_refused() {
        assert!(Template::parse("{$steps.a}").is_err());
        assert!(Template::parse("{$input.a}").is_err());
    }
}
