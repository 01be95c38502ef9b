//! Which cells of a table of counts are not shown.
//!
//! Why: a small count can point at a person, and a small count that is left out
//! can be worked out from its row, its column and their totals. How it moves:
//! [`hidden`] takes the counts, hides every cell of 1 to the limit, and then
//! more until none of those can be worked out. What it does not do: it rounds
//! nothing and hides no zeros. Method: a hidden cell can be worked out exactly if and
//! only if no cycle of other hidden cells runs through it (Gusfield, "A graph
//! theoretic approach to statistical data security", SIAM Journal on Computing 17, 1988).

use std::collections::BTreeSet;

/// For each cell of `inner` with its totals (last row and last column; with a
/// single row there is no row of totals), whether it is hidden.
pub(crate) fn hidden(inner: &[Vec<u32>], largest_hidden: u32) -> Vec<Vec<bool>> {
    let table = with_totals(inner);
    let mut hidden: Vec<Vec<bool>> = table
        .iter()
        .map(|row| {
            row.iter()
                .map(|n| (1..=largest_hidden).contains(n))
                .collect()
        })
        .collect();
    while let Some(cell) = worked_out(&table, &hidden) {
        let Some((row, column)) = next_to_hide(&table, &hidden, cell) else {
            break;
        };
        set(&mut hidden, row, column);
    }
    hidden
}

/// The counts with a column, and for more than one row also a row, of totals.
pub(crate) fn with_totals(inner: &[Vec<u32>]) -> Vec<Vec<u32>> {
    let mut table: Vec<Vec<u32>> = inner
        .iter()
        .map(|row| row.iter().copied().chain([row.iter().sum()]).collect())
        .collect();
    if let (true, Some(first)) = (table.len() > 1, table.first()) {
        let column = |at: usize| table.iter().filter_map(|row| row.get(at)).sum();
        let totals = (0..first.len()).map(column).collect();
        table.push(totals);
    }
    table
}

fn set(hidden: &mut [Vec<bool>], row: usize, column: usize) {
    if let Some(cell) = hidden.get_mut(row).and_then(|row| row.get_mut(column)) {
        *cell = true;
    }
}

fn cells(table: &[Vec<u32>]) -> impl Iterator<Item = (usize, usize, u32)> {
    table.iter().enumerate().flat_map(|(r, row)| {
        let counts = row.iter().enumerate();
        counts.map(move |(c, count)| (r, c, *count))
    })
}

fn is_hidden(hidden: &[Vec<bool>], row: usize, column: usize) -> bool {
    let cell = hidden.get(row).and_then(|row| row.get(column));
    cell.copied().unwrap_or(false)
}

/// A hidden cell that the shown ones give away.
fn worked_out(table: &[Vec<u32>], hidden: &[Vec<bool>]) -> Option<(usize, usize)> {
    let places = cells(table).map(|(row, column, _)| (row, column));
    places
        .filter(|(row, column)| is_hidden(hidden, *row, *column))
        .find(|cell| is_worked_out(table, hidden, *cell))
}

/// Whether no cycle of other hidden cells runs through a hidden cell.
fn is_worked_out(table: &[Vec<u32>], hidden: &[Vec<bool>], cell: (usize, usize)) -> bool {
    // Without a row of totals no column adds up to anything: one end for all.
    let end = |column: usize| if table.len() == 1 { 0 } else { column };
    let others: Vec<(usize, usize)> = cells(table)
        .map(|(row, column, _)| (row, column))
        .filter(|other| *other != cell && is_hidden(hidden, other.0, other.1))
        .collect();
    let mut rows = BTreeSet::from([cell.0]);
    let mut ends = BTreeSet::new();
    loop {
        let before = rows.len() + ends.len();
        for (row, column) in &others {
            if rows.contains(row) || ends.contains(&end(*column)) {
                rows.insert(*row);
                ends.insert(end(*column));
            }
        }
        if rows.len() + ends.len() == before {
            return !ends.contains(&end(cell.1));
        }
    }
}

/// What protects a cell: a count that closes its cycle, else the smallest one
/// beside it, else any; counts before totals.
fn next_to_hide(
    table: &[Vec<u32>],
    hidden: &[Vec<bool>],
    cell: (usize, usize),
) -> Option<(usize, usize)> {
    let last_row = if table.len() > 1 { table.len() - 1 } else { 1 };
    let last_column = table.first().map_or(0, |row| row.len() - 1);
    let shown = cells(table).filter(|(row, column, n)| *n > 0 && !is_hidden(hidden, *row, *column));
    let cost = |(row, column, count): &(usize, usize, u32)| {
        let totals = u8::from(*row == last_row) + u8::from(*column == last_column);
        let is_beside = *row == cell.0 || *column == cell.1;
        let mut with = hidden.to_vec();
        set(&mut with, *row, *column);
        let closes = !is_worked_out(table, &with, cell);
        (totals, !closes, !is_beside, *count, *row, *column)
    };
    shown.min_by_key(cost).map(|(row, column, _)| (row, column))
}

#[cfg(test)]
mod tests {
    use super::{cells, hidden, is_hidden, with_totals};

    #[test]
    fn a_single_small_count_takes_a_second_one_with_it() {
        let rows = [vec![3, 40, 57]];
        assert_eq!(hidden(&rows, 10), [vec![true, true, false, false]]);
        assert_eq!(hidden(&[vec![0, 40, 57]], 10), [vec![false; 4]]);
    }

    /// Every table of non-negative counts that agrees with what is shown: no
    /// hidden cell has the same value in all of them.
    #[test]
    fn what_is_shown_gives_no_hidden_count_away() {
        let mut seed = 7u32;
        let mut next = |below: u32| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 16) % below
        };
        let mut hid = 0;
        for round in 0..40 {
            let (rows, columns) = if round % 4 == 0 { (1, 3) } else { (2, 2) };
            let inner: Vec<Vec<u32>> = (0..rows)
                .map(|_| (0..columns).map(|_| next(5)).collect())
                .collect();
            let table = with_totals(&inner);
            let mask = hidden(&inner, 2);
            let mut values: Vec<std::collections::BTreeSet<u32>> =
                vec![Default::default(); cells(&table).count()];
            let places = rows * columns;
            for mut number in 0..9u32.pow(u32::try_from(places).unwrap()) {
                let guess: Vec<Vec<u32>> = (0..rows)
                    .map(|_| {
                        (0..columns)
                            .map(|_| {
                                let count = number % 9;
                                number /= 9;
                                count
                            })
                            .collect()
                    })
                    .collect();
                let guess = with_totals(&guess);
                let agrees = cells(&table)
                    .all(|(r, c, count)| is_hidden(&mask, r, c) || guess[r][c] == count);
                if agrees {
                    for ((_, _, count), seen) in cells(&guess).zip(&mut values) {
                        seen.insert(count);
                    }
                }
            }
            for ((r, c, count), seen) in cells(&table).zip(&values) {
                assert!((1..=2).contains(&count) <= is_hidden(&mask, r, c));
                if is_hidden(&mask, r, c) {
                    hid += 1;
                    assert!(seen.len() > 1, "{inner:?} {mask:?} gives ({r}, {c}) away");
                }
            }
        }
        assert!(hid > 40, "{hid}");
    }
}
