//! Item collections: which tables have them, and what is told of their sizes.

use anywhen_model::Item;

use super::fixture::{Fixture, item, key, n, s, simple};
use crate::collection::Bounds;
use crate::{ItemCollection, Table};

fn range(table: &Table, artist: &str, bounds: Bounds) -> (u64, u64) {
    let found = table.item_collection_within(&key(artist, 1), bounds);
    found.unwrap().unwrap().size_range_gb
}

#[tokio::test]
async fn sizes_are_told_as_far_as_they_are_known() {
    let fixture = Fixture::new().await;
    let table = fixture.music().await;
    let (mut one_bytes, mut all_bytes) = (0, 0);
    for number in 0..40 {
        let artist = if number < 30 { "a" } else { "b" };
        let mut song = key(artist, number);
        let more = item(&[("text", s(&"x".repeat(100))), ("label", s("l"))]);
        song.attributes.extend(more.attributes);
        let entry: Item = song
            .attributes
            .iter()
            .filter(|(name, _)| *name != "text")
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let bytes = (song.size_bytes() + entry.size_bytes()) as u64;
        all_bytes += bytes;
        one_bytes += if number < 30 { bytes } else { 0 };
        fixture.put("Music", song).await;
    }
    let walked_bytes = u64::MAX;
    // Smaller than one unit as a whole: nothing has to be walked.
    let bounds = Bounds {
        unit_bytes: all_bytes + 1,
        walked_bytes: 0,
    };
    assert_eq!(range(&table, "a", bounds), (0, 1));
    for unit_bytes in [one_bytes, one_bytes + 1, one_bytes / 2, 100, 1] {
        let bounds = Bounds {
            unit_bytes,
            walked_bytes,
        };
        let units = one_bytes / unit_bytes;
        assert_eq!(range(&table, "a", bounds), (units, units + 1));
        assert_eq!(range(&table, "nobody", bounds), (0, 1));
    }
    // Not walked to the end: at least what was walked, at most the whole table.
    let bounds = Bounds {
        unit_bytes: 1,
        walked_bytes: 500,
    };
    let (least, most) = range(&table, "a", bounds);
    assert!(0 < least && least <= one_bytes, "{least}");
    assert_eq!(most, all_bytes + 1);

    let named = table.item_collection(&key("a", 1)).unwrap();
    let collection = ItemCollection {
        key: item(&[("artist", s("a"))]),
        size_range_gb: (0, 1),
    };
    assert_eq!(named, Some(collection));
    assert_eq!(table.item_collection(&item(&[("song", n(1))])), Ok(None));
    let plain = fixture.realm.create_table(simple("Plain")).await.unwrap();
    assert_eq!(plain.item_collection(&item(&[("id", s("x"))])), Ok(None));
}
