//! Areas drawn on a map.
//!
//! Why: "inside the pilot area" can be told from a position, and a device that
//! is not sure where it is must not pretend. How it moves: a `[[zone]]` gives
//! GeoJSON, the parser makes a [`Shape`], `predicate.rs` asks [`Shape::holds`].
//! Positions are whole ten-millionths of a degree, so that edges and vertices
//! come out the same on every device; both belong to the area. What it does not
//! do: it draws straight lines between positions, as GeoJSON says, and knows no
//! area across the date line.

use handoff_domain::{Answer, Position};
use serde_json::Value;

/// How many positions the areas of one pack may have.
pub(crate) const MAX_POSITIONS: usize = 2000;

type Point = (i64, i64);

/// Polygons, each a ring and perhaps holes; longitude before latitude.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    polygons: Vec<Vec<Vec<Point>>>,
}

impl Shape {
    /// Reads a Polygon or `MultiPolygon`, or features of them.
    pub(crate) fn parse(geojson: &str) -> Result<Self, &'static str> {
        let value: Value = serde_json::from_str(geojson).map_err(|_| "it is not JSON")?;
        let mut shape = Self::default();
        shape.add(&value)?;
        match shape.polygons.is_empty() {
            true => Err("it has no polygon"),
            false => Ok(shape),
        }
    }

    fn add(&mut self, value: &Value) -> Result<(), &'static str> {
        let list = |key: &str| value.get(key).and_then(Value::as_array);
        match value.get("type").and_then(Value::as_str) {
            Some("FeatureCollection") => {
                let features = list("features").ok_or("a collection has no features")?;
                features.iter().try_for_each(|feature| self.add(feature))
            }
            Some("Feature") => self.add(value.get("geometry").ok_or("a feature has no geometry")?),
            Some("Polygon") => {
                self.polygons.push(polygon(list("coordinates"))?);
                Ok(())
            }
            Some("MultiPolygon") => {
                for one in list("coordinates").ok_or("it has no coordinates")? {
                    self.polygons.push(polygon(one.as_array())?);
                }
                Ok(())
            }
            _ => Err("it is neither a Polygon nor a MultiPolygon, nor a feature of one"),
        }
    }

    /// How many positions it has.
    pub(crate) fn len(&self) -> usize {
        self.polygons.iter().flatten().map(Vec::len).sum()
    }

    fn edges(&self) -> impl Iterator<Item = (Point, Point)> {
        self.polygons.iter().flatten().flat_map(|ring| edges(ring))
    }

    /// Whether a position is inside; unknown where its accuracy reaches across
    /// an edge.
    pub(crate) fn holds(&self, position: Position) -> Answer {
        let at = (
            i64::from(position.longitude_e7),
            i64::from(position.latitude_e7),
        );
        if let Some(metres) = position.accuracy_m.filter(|metres| *metres > 0) {
            let around = Around::of(at, metres);
            if self.edges().any(|edge| around.touches(edge)) {
                return Answer::Unknown;
            }
        }
        self.polygons
            .iter()
            .any(|polygon| is_inside(polygon, at))
            .into()
    }
}

fn polygon(rings: Option<&Vec<Value>>) -> Result<Vec<Vec<Point>>, &'static str> {
    let rings = rings.ok_or("it has no coordinates")?;
    let rings: Vec<_> = rings.iter().map(ring).collect::<Result<_, _>>()?;
    match rings.is_empty() {
        true => Err("a polygon has no ring"),
        false => Ok(rings),
    }
}

fn ring(value: &Value) -> Result<Vec<Point>, &'static str> {
    let points = value.as_array().ok_or("a ring is no list of positions")?;
    let points: Vec<Point> = points.iter().map(point).collect::<Result<_, _>>()?;
    if points.len() < 4 {
        return Err("a ring has fewer than four positions");
    }
    if points.first() != points.last() {
        return Err("a ring does not end where it begins");
    }
    Ok(points)
}

fn point(value: &Value) -> Result<Point, &'static str> {
    let degrees = |place: usize, limit: f64| {
        let degrees = value.get(place)?.as_f64()?;
        (degrees.abs() <= limit).then(|| e7(degrees))
    };
    degrees(0, 180.0)
        .zip(degrees(1, 90.0))
        .ok_or("a position is not [longitude, latitude] in degrees")
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "at most 180 degrees: 1,800,000,000"
)]
fn e7(degrees: f64) -> i64 {
    (degrees * 1e7).round() as i64
}

fn edges(ring: &[Point]) -> impl Iterator<Item = (Point, Point)> {
    ring.iter().copied().zip(ring.iter().copied().skip(1))
}

/// On which side of the line from `a` to `b` a point is: left is positive.
fn side((a, b): (Point, Point), at: Point) -> i128 {
    let wide = |n: i64| i128::from(n);
    (wide(b.0) - wide(a.0)) * (wide(at.1) - wide(a.1))
        - (wide(b.1) - wide(a.1)) * (wide(at.0) - wide(a.0))
}

/// On an edge, or inside of an odd number of rings.
fn is_inside(polygon: &[Vec<Point>], at: Point) -> bool {
    let mut is_odd = false;
    for (a, b) in polygon.iter().flat_map(|ring| edges(ring)) {
        let side = side((a, b), at);
        let within = |x: i64, y: i64, at: i64| x.min(y) <= at && at <= x.max(y);
        if side == 0 && within(a.0, b.0, at.0) && within(a.1, b.1, at.1) {
            return true;
        }
        // To the left of an edge that goes up, to the right of one that goes down.
        let is_beside = i128::from(b.1 - a.1).signum() == side.signum();
        if (a.1 > at.1) != (b.1 > at.1) && is_beside {
            is_odd = !is_odd;
        }
    }
    is_odd
}

/// A rectangle around a position that holds everything within its accuracy.
struct Around {
    west: i64,
    east: i64,
    south: i64,
    north: i64,
}

impl Around {
    fn of((x, y): Point, metres: u32) -> Self {
        // A degree of latitude has at least 110,574 m.
        let dy = i64::from(metres) * 91;
        let wide = |n: i64| u128::from(n.unsigned_abs());
        // Billionths, rounded up; the cosine of x is at least 1 - x²/2.
        let radians = (wide(y.abs() + dy) * 1_745_329_252).div_ceil(1_000_000_000);
        let less = (radians * radians).div_ceil(2_000_000_000);
        let cosine = 1_000_000_000_u128.saturating_sub(less);
        let dx = if cosine < 10_000_000 {
            4_000_000_000
        } else {
            let dx = (wide(dy) * 1_000_000_000).div_ceil(cosine);
            i64::try_from(dx).unwrap_or(4_000_000_000)
        };
        Self {
            west: x - dx,
            east: x + dx,
            south: y - dy,
            north: y + dy,
        }
    }

    fn touches(&self, (a, b): (Point, Point)) -> bool {
        let apart = a.0.max(b.0) < self.west
            || a.0.min(b.0) > self.east
            || a.1.max(b.1) < self.south
            || a.1.min(b.1) > self.north;
        if apart {
            return false;
        }
        let corners = [
            (self.west, self.south),
            (self.west, self.north),
            (self.east, self.south),
            (self.east, self.north),
        ];
        let sides = corners.map(|corner| side((a, b), corner));
        !(sides.iter().all(|side| *side > 0) || sides.iter().all(|side| *side < 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A degree of latitude has 110,574 to 111,694 m, one of longitude 111,320 m
    /// and more times the cosine of the latitude.
    #[test]
    fn the_rectangle_holds_what_is_within_the_accuracy_and_little_more() {
        for latitude in [0, 30, -39, 45, -60] {
            let y = latitude * 10_000_000;
            let radians = f64::from(latitude).to_radians();
            for metres in [1, 7, 100, 10_000] {
                let x = -766_150_000;
                let around = Around::of((x, i64::from(y)), metres);
                let north = around.north - i64::from(y);
                let east = around.east - x;
                assert_eq!(i64::from(y) - around.south, north);
                assert_eq!(x - around.west, east);
                let (north, east) = (e5(north), e5(east));
                let metres = f64::from(metres);
                let (least, most) = (metres / 1.10574, metres / 1.10574 * 1.01 + 0.01);
                assert!((least..most).contains(&north), "{latitude}: {north}");
                let true_east = metres / 1.1132 / radians.cos();
                // The square of the angle stands for its cosine.
                let slack = 1.03 * radians.cos() / (1.0 - radians * radians / 2.0);
                let most = true_east * slack + 0.03;
                assert!(
                    (true_east..most).contains(&east),
                    "{latitude}, {metres} m: {east} is not in {true_east}..{most}"
                );
            }
        }
        // A thousand kilometres from 60° north reach 18.2° to the east.
        let around = Around::of((0, 600_000_000), 1_000_000);
        assert!(around.east > 182_000_000, "{}", around.east);
        // Near a pole all longitudes are near.
        for latitude in [850_000_000, -850_000_000, 900_000_000] {
            let around = Around::of((0, latitude), 1);
            assert!(around.east > 1_800_000_000 && around.west < -1_800_000_000);
        }
    }

    /// Hundred-thousandths of a degree.
    #[allow(clippy::cast_precision_loss, reason = "far below 2 to the 52nd")]
    fn e5(e7: i64) -> f64 {
        e7 as f64 / 100.0
    }

    #[test]
    fn an_edge_touches_the_rectangle_where_they_share_a_point() {
        let around = Around {
            west: 0,
            east: 20,
            south: 100,
            north: 110,
        };
        for (a, b, expected) in [
            // Inside of it, and right through it.
            ((5, 105), (6, 106), true),
            ((-50, 105), (50, 106), true),
            ((10, 0), (11, 200), true),
            // Along each side, and one further out.
            ((-5, 100), (25, 100), true),
            ((-5, 99), (25, 99), false),
            ((-5, 110), (25, 110), true),
            ((-5, 111), (25, 111), false),
            ((0, 90), (0, 120), true),
            ((-1, 90), (-1, 120), false),
            ((20, 90), (20, 120), true),
            ((21, 90), (21, 120), false),
            // Across a corner, at the corner, and past it.
            ((-6, 105), (6, 117), false),
            ((-5, 105), (5, 115), true),
            ((-4, 105), (6, 115), true),
            ((14, 93), (26, 105), false),
            ((15, 95), (25, 105), true),
            ((-6, 105), (6, 93), false),
            ((-5, 105), (5, 95), true),
            ((14, 115), (26, 103), true),
            ((16, 116), (28, 104), false),
            // In line with a side, and before its beginning.
            ((30, 100), (40, 100), false),
            ((-40, 110), (-30, 110), false),
            ((0, 120), (0, 130), false),
            ((20, 80), (20, 90), false),
        ] {
            assert_eq!(around.touches((a, b)), expected, "{a:?} {b:?}");
            assert_eq!(around.touches((b, a)), expected, "{b:?} {a:?}");
        }
    }
}
