INSERT INTO referral
    (site_id, referral, referrer, door, verification, engagement, charge, withdrawn,
     has_conflict, outcome, occurred_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
ON CONFLICT (site_id, referral) DO UPDATE
SET referrer = excluded.referrer, door = excluded.door, verification = excluded.verification,
    engagement = excluded.engagement, charge = excluded.charge,
    withdrawn = excluded.withdrawn, has_conflict = excluded.has_conflict,
    outcome = excluded.outcome, occurred_at = excluded.occurred_at
