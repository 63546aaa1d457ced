//! Comma-separated values (`RFC 4180`): a header, and records of as many fields.

/// The header, and each record with the line on which it begins.
pub(super) type Table = (Vec<String>, Vec<(usize, Vec<String>)>);

/// How many fields a text may have.
const FIELDS_MAX: usize = 1_000_000;

/// Reads a text. Lines without anything are passed over.
///
/// # Errors
/// With the line, and what is wrong there.
pub(super) fn read(text: &str) -> Result<Table, (usize, String)> {
    let mut records: Vec<(usize, Vec<String>)> = Vec::new();
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (mut line, mut fields) = (1, 0);
    while !rest.is_empty() {
        let begins = line;
        let mut record = Vec::new();
        loop {
            fields += 1;
            if fields > FIELDS_MAX {
                return Err((line, format!("there are more than {FIELDS_MAX} fields")));
            }
            let (field, tail) = field(rest, &mut line)?;
            record.push(field);
            rest = tail;
            match rest.strip_prefix(',') {
                Some(next) => rest = next,
                None => break,
            }
        }
        let tail = rest
            .strip_prefix("\r\n")
            .or_else(|| rest.strip_prefix('\n'));
        match tail {
            Some(tail) => {
                rest = tail;
                line += 1;
            }
            None if rest.is_empty() => {}
            None => {
                return Err((
                    line,
                    "something follows the end of a quoted field".to_owned(),
                ));
            }
        }
        if record != [""] {
            records.push((begins, record));
        }
    }
    if records.is_empty() {
        return Err((1, "there is no header".to_owned()));
    }
    let (_, header) = records.remove(0);
    let uneven = records.iter().find(|(_, it)| it.len() != header.len());
    if let Some((line, record)) = uneven {
        let (has, wants) = (record.len(), header.len());
        return Err((
            *line,
            format!("the record has {has} fields, and the header has {wants}"),
        ));
    }
    Ok((header, records))
}

/// One field, and what follows it.
fn field<'t>(text: &'t str, line: &mut usize) -> Result<(String, &'t str), (usize, String)> {
    let Some(mut rest) = text.strip_prefix('"') else {
        let end = text.find([',', '\n']).unwrap_or(text.len());
        let (field, tail) = text.split_at(end);
        let carriage = field.ends_with('\r') && tail.starts_with('\n');
        let kept = field.len() - usize::from(carriage);
        return Ok((field[..kept].to_owned(), &text[kept..]));
    };
    let begins = *line;
    let mut field = String::new();
    loop {
        let Some((inside, tail)) = rest.split_once('"') else {
            return Err((begins, "a quoted field is never closed".to_owned()));
        };
        field.push_str(inside);
        *line += inside.matches('\n').count();
        let Some(more) = tail.strip_prefix('"') else {
            return Ok((field, tail));
        };
        field.push('"');
        rest = more;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn quotes_commas_and_lines_are_kept() {
        let text = "name,b\r\n\"a \"\"x\"\"\",\"1,\n2\"\n\nc,\n";
        let (header, records) = read(text).expect("a table");
        assert_eq!(header, ["name", "b"]);
        let record = |line, fields: [&str; 2]| (line, fields.map(str::to_owned).to_vec());
        assert_eq!(
            records,
            [record(2, ["a \"x\"", "1,\n2"]), record(5, ["c", ""])]
        );
    }

    #[test]
    fn what_is_no_table_is_told_with_its_line() {
        for (text, line) in [
            ("", 1),
            ("a\n\"b", 2),
            ("a,b\n1\n", 2),
            ("a\n\n\"b\"c\n", 3),
        ] {
            assert_eq!(read(text).map_err(|(line, _)| line), Err(line), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(rows in prop::collection::vec(prop::collection::vec("[a\",\n\r ]{0,5}", 2), 1..5)) {
            let quoted = |field: &String| format!("\"{}\"", field.replace('"', "\"\""));
            let lines = rows.iter().map(|row| row.iter().map(quoted).collect::<Vec<_>>().join(","));
            let text = lines.collect::<Vec<_>>().join("\r\n");
            let (header, records) = read(&text).expect("a table");
            let read: Vec<_> = std::iter::once(header).chain(records.into_iter().map(|(_, it)| it)).collect();
            prop_assert_eq!(read, rows);
        }

        #[test]
        fn any_text_is_read_or_told(text in "[a\",\n\r]{0,30}") {
            let _ = read(&text);
        }
    }
}
