-- Places that hold only that their author took them back (kind 0x11), for receipts.
CREATE INDEX item_elided ON item (site_id, line_id, seq) WHERE kind = 17;
