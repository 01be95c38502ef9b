-- Set with an eviction, cleared once no deleted page is left in the file or its
-- log. While it is set the cursor behind the eviction is shown to nobody.
ALTER TABLE feed ADD COLUMN unswept INTEGER NOT NULL DEFAULT 0;
