"""The second schema: taking imports back, remembered maps, forecasts submitted and quarters closed."""

SQL = """
-- SQLite cannot widen a CHECK in place, so the table is made again with the rows that it had.
CREATE TABLE change_wider (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('init', 'policy', 'people', 'quotas', 'import', 'undo_import', 'call_start',
        'call_end', 'answer', 'undo', 'action', 'note', 'link', 'mapping', 'owner_alias', 'number', 'period_close',
        'share')),
    valid_at INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    actor INTEGER REFERENCES person (id)
) STRICT;
INSERT INTO change_wider (id, kind, valid_at, recorded_at, actor)
    SELECT id, kind, valid_at, recorded_at, actor FROM change;
DROP TABLE change;
ALTER TABLE change_wider RENAME TO change;

-- An import that took a deal over from another source; taking the import back gives it back.
CREATE TABLE deal_taken_over (
    change INTEGER NOT NULL REFERENCES change (id),
    deal INTEGER NOT NULL REFERENCES deal (id),
    former TEXT NOT NULL,
    PRIMARY KEY (change, deal)
) STRICT, WITHOUT ROWID;

-- Which deals an import delivered, also where they were as before: bits by the deal's number, compressed. An older
-- file of another source that comes later must not speak over what was said since.
CREATE TABLE delivery (
    change INTEGER PRIMARY KEY REFERENCES change (id),
    deals BLOB NOT NULL
) STRICT;

-- A link can be taken back and made again.
CREATE TABLE deal_link_again (
    id INTEGER PRIMARY KEY,
    deal INTEGER NOT NULL REFERENCES deal (id),
    earlier INTEGER NOT NULL REFERENCES deal (id),
    kind TEXT NOT NULL CHECK (kind IN ('continuation', 'split')),
    change INTEGER NOT NULL UNIQUE REFERENCES change (id),
    CHECK (deal <> earlier)
) STRICT;
INSERT INTO deal_link_again (deal, earlier, kind, change) SELECT deal, earlier, kind, change FROM deal_link;
DROP TABLE deal_link;
ALTER TABLE deal_link_again RENAME TO deal_link;
CREATE INDEX deal_link_deal ON deal_link (deal, id);
CREATE INDEX deal_link_earlier ON deal_link (earlier, id);

-- A way of reading files that was confirmed once, by the fingerprint of their header.
CREATE TABLE mapping (
    id INTEGER PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    source TEXT NOT NULL,
    dialect TEXT NOT NULL,
    body TEXT NOT NULL,
    change INTEGER NOT NULL REFERENCES change (id)
) STRICT;
CREATE INDEX mapping_fingerprint ON mapping (fingerprint, id);

-- What an owner's text in a file was said to mean, where no id, login, e-mail or name fits. The newest rules.
CREATE TABLE owner_alias (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL,
    person INTEGER NOT NULL REFERENCES person (id),
    change INTEGER NOT NULL REFERENCES change (id)
) STRICT;

-- The manager's number: what somebody says of a scope's period, and what it was built from. The newest rules.
CREATE TABLE forecast_number (
    id INTEGER PRIMARY KEY,
    person INTEGER NOT NULL REFERENCES person (id),
    period TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount >= 0),
    closed INTEGER NOT NULL,
    committed INTEGER NOT NULL,
    note TEXT NOT NULL,
    submitted_at INTEGER NOT NULL,
    change INTEGER NOT NULL UNIQUE REFERENCES change (id)
) STRICT;
CREATE INDEX forecast_number_of ON forecast_number (person, period, submitted_at);

CREATE TABLE judgment (
    number INTEGER NOT NULL REFERENCES forecast_number (id),
    deal INTEGER NOT NULL REFERENCES deal (id),
    puts_in INTEGER NOT NULL CHECK (puts_in IN (0, 1)),
    amount INTEGER NOT NULL CHECK (amount >= 0),
    reason TEXT NOT NULL CHECK (reason <> ''),
    PRIMARY KEY (number, deal)
) STRICT, WITHOUT ROWID;

-- The final figures of a period, as they stood when its books were closed.
CREATE TABLE period_close (
    id INTEGER PRIMARY KEY,
    period TEXT NOT NULL,
    closed_at INTEGER NOT NULL,
    figures TEXT NOT NULL,
    change INTEGER NOT NULL UNIQUE REFERENCES change (id)
) STRICT;
CREATE INDEX period_close_of ON period_close (period, id);

-- What was open (or lost) in a period at any past moment: one seek a day, as with Commit and Closed. 42 bytes a state.
CREATE INDEX state_open ON deal_state (close_day, valid_to, valid_from, owner, stage, amount, category, rep_category,
    hold, good_until) WHERE status = 0;
CREATE INDEX state_lost ON deal_state (close_day, valid_to, valid_from, owner) WHERE status = 2;

-- What is now, with all that a forecast asks of it.
DROP INDEX state_now;
CREATE INDEX state_now ON deal_state (close_day, owner, category, amount, good_until, hold, deal, stage, status)
    WHERE valid_to = 9000000000000000000;

-- Every decision is hashed over the rows that it brought, whichever table they are in.
CREATE INDEX note_change ON note (change);
CREATE INDEX action_change ON action (change);
CREATE INDEX action_closing_change ON action_closing (change);
CREATE INDEX quota_change ON quota (change);
CREATE INDEX withdrawal_by ON withdrawal (by_change);

-- The account that holds the store on a shared box; "" for none. The newest rules.
CREATE TABLE service_account (
    id INTEGER PRIMARY KEY,
    login TEXT NOT NULL,
    change INTEGER NOT NULL REFERENCES change (id)
) STRICT;
"""

IMMUTABLE = (
    "change", "deal_taken_over", "delivery", "deal_link", "mapping", "owner_alias", "forecast_number", "judgment",
    "period_close", "service_account",
)  # fmt: skip
