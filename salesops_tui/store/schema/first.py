"""The first schema: everything that inspection, history and movement stand on. Landed; never edited."""

SQL = """
-- Every fact came with a change: who, when it became true, when it was written down.
CREATE TABLE change (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('init', 'policy', 'people', 'quotas', 'import', 'undo_import', 'call_start',
        'call_end', 'answer', 'undo', 'action', 'note', 'link')),
    valid_at INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    actor INTEGER REFERENCES person (id)
) STRICT;

-- A withdrawn change counts as if it had never been; the record shows both.
CREATE TABLE withdrawal (
    change INTEGER PRIMARY KEY REFERENCES change (id),
    by_change INTEGER NOT NULL REFERENCES change (id)
) STRICT;

CREATE TABLE record (
    seq INTEGER PRIMARY KEY,
    change INTEGER NOT NULL REFERENCES change (id),
    body TEXT NOT NULL,
    rows_hash TEXT NOT NULL,
    prev TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE
) STRICT;
CREATE INDEX record_change ON record (change);

CREATE TABLE person (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('rep', 'manager', 'ops')),
    email TEXT NOT NULL DEFAULT '',
    login TEXT NOT NULL DEFAULT '',
    region TEXT NOT NULL DEFAULT '',
    segment TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE UNIQUE INDEX person_login ON person (login) WHERE login <> '';

CREATE TABLE reporting_line (
    id INTEGER PRIMARY KEY,
    person INTEGER NOT NULL REFERENCES person (id),
    manager INTEGER REFERENCES person (id),
    valid_from INTEGER NOT NULL,
    valid_to INTEGER NOT NULL CHECK (valid_to > valid_from),
    change INTEGER NOT NULL REFERENCES change (id),
    UNIQUE (person, valid_from),
    CHECK (manager IS NULL OR manager <> person)
) STRICT;
CREATE INDEX reporting_line_manager ON reporting_line (manager, valid_to);

CREATE TABLE quota (
    id INTEGER PRIMARY KEY,
    person INTEGER NOT NULL REFERENCES person (id),
    period TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount >= 0),
    change INTEGER NOT NULL REFERENCES change (id)
) STRICT;
CREATE INDEX quota_period ON quota (period, person, id);

CREATE TABLE policy (
    version INTEGER PRIMARY KEY,
    change INTEGER NOT NULL REFERENCES change (id),
    adopted_at INTEGER NOT NULL,
    source TEXT NOT NULL,
    plain TEXT NOT NULL
) STRICT;

CREATE TABLE import (
    id INTEGER PRIMARY KEY,
    change INTEGER NOT NULL UNIQUE REFERENCES change (id),
    source TEXT NOT NULL,
    file_name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    as_of INTEGER NOT NULL,
    is_full INTEGER NOT NULL CHECK (is_full IN (0, 1)),
    dialect TEXT NOT NULL,
    rows INTEGER NOT NULL,
    accepted INTEGER NOT NULL,
    rejected INTEGER NOT NULL,
    new INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    unchanged INTEGER NOT NULL,
    removed INTEGER NOT NULL,
    report TEXT NOT NULL,
    CHECK (rows = accepted + rejected AND accepted = new + changed + unchanged)
) STRICT;
CREATE INDEX import_source ON import (source, as_of);

CREATE TABLE reject (
    import INTEGER NOT NULL REFERENCES import (id),
    line INTEGER NOT NULL,
    reason TEXT NOT NULL,
    raw TEXT NOT NULL
) STRICT;
CREATE INDEX reject_import ON reject (import, line);

CREATE TABLE deal (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL,
    change INTEGER NOT NULL REFERENCES change (id)
) STRICT;

CREATE TABLE deal_link (
    deal INTEGER PRIMARY KEY REFERENCES deal (id),
    earlier INTEGER NOT NULL REFERENCES deal (id),
    kind TEXT NOT NULL CHECK (kind IN ('continuation', 'split')),
    change INTEGER NOT NULL REFERENCES change (id),
    CHECK (deal <> earlier)
) STRICT;

-- Track 1: what the CRM said.
CREATE TABLE claim (
    id INTEGER PRIMARY KEY,
    deal INTEGER NOT NULL REFERENCES deal (id),
    valid_from INTEGER NOT NULL,
    change INTEGER NOT NULL REFERENCES change (id),
    owner INTEGER NOT NULL REFERENCES person (id),
    stage TEXT NOT NULL,
    rep_category INTEGER NOT NULL CHECK (rep_category BETWEEN 0 AND 4),
    amount INTEGER NOT NULL CHECK (amount >= 0),
    currency TEXT NOT NULL,
    original INTEGER NOT NULL,
    close_day INTEGER NOT NULL,
    status INTEGER NOT NULL CHECK (status BETWEEN 0 AND 3)
) STRICT;
CREATE INDEX claim_deal ON claim (deal, valid_from);
CREATE INDEX claim_change ON claim (change);

CREATE TABLE detail (
    id INTEGER PRIMARY KEY,
    deal INTEGER NOT NULL REFERENCES deal (id),
    valid_from INTEGER NOT NULL,
    change INTEGER NOT NULL REFERENCES change (id),
    name TEXT NOT NULL,
    account TEXT NOT NULL,
    created_day INTEGER,
    next_step TEXT NOT NULL,
    next_step_day INTEGER,
    last_meeting_day INTEGER,
    last_activity_day INTEGER,
    economic_buyer TEXT NOT NULL,
    economic_buyer_title TEXT NOT NULL,
    type TEXT NOT NULL,
    segment TEXT NOT NULL,
    term_months INTEGER,
    close_confirmed TEXT NOT NULL,
    close_plan TEXT NOT NULL,
    requalified_day INTEGER,
    loss_reason TEXT NOT NULL,
    competitor TEXT NOT NULL,
    owner_text TEXT NOT NULL,
    extra TEXT NOT NULL
) STRICT;
CREATE INDEX detail_deal ON detail (deal, valid_from);
CREATE INDEX detail_change ON detail (change);

-- What people here wrote on a deal, beside what the CRM says.
CREATE TABLE note (
    id INTEGER PRIMARY KEY,
    deal INTEGER NOT NULL REFERENCES deal (id),
    valid_from INTEGER NOT NULL,
    change INTEGER NOT NULL REFERENCES change (id),
    kind TEXT NOT NULL CHECK (kind IN ('next_step', 'close_plan', 'requalification', 'debrief', 'comment')),
    body TEXT NOT NULL,
    note_day INTEGER
) STRICT;
CREATE INDEX note_deal ON note (deal, kind, valid_from);

CREATE TABLE call (
    id INTEGER PRIMARY KEY,
    scope INTEGER REFERENCES person (id),
    kind TEXT NOT NULL CHECK (kind IN ('forecast', 'one_on_one')),
    period TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    started_by INTEGER NOT NULL REFERENCES person (id),
    change INTEGER NOT NULL REFERENCES change (id),
    lapses_at INTEGER NOT NULL CHECK (lapses_at >= started_at),
    ended_at INTEGER CHECK (ended_at >= started_at),
    ended_by INTEGER REFERENCES person (id),
    figures TEXT
) STRICT;
CREATE INDEX call_scope ON call (scope, started_at);
CREATE INDEX call_lapses ON call (lapses_at);

-- Track 2: what was asked and answered.
CREATE TABLE inspection (
    id INTEGER PRIMARY KEY,
    deal INTEGER NOT NULL REFERENCES deal (id),
    call INTEGER NOT NULL REFERENCES call (id),
    policy INTEGER NOT NULL REFERENCES policy (version),
    opened_at INTEGER NOT NULL,
    opened_by INTEGER NOT NULL REFERENCES person (id),
    rep_present INTEGER CHECK (rep_present IN (0, 1)),
    backdated INTEGER NOT NULL DEFAULT 0 CHECK (backdated IN (0, 1))
) STRICT;
CREATE INDEX inspection_call ON inspection (call, deal);
CREATE INDEX inspection_deal ON inspection (deal, opened_at);

CREATE TABLE answer (
    id INTEGER PRIMARY KEY,
    inspection INTEGER NOT NULL REFERENCES inspection (id),
    question TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version > 0),
    change INTEGER NOT NULL REFERENCES change (id),
    actor INTEGER NOT NULL REFERENCES person (id),
    given_at INTEGER NOT NULL,
    value TEXT NOT NULL CHECK (value IN ('yes', 'no', 'dont_know')),
    evidence TEXT NOT NULL,
    reason TEXT NOT NULL,
    risk TEXT NOT NULL,
    mitigation TEXT NOT NULL,
    risk_kind TEXT NOT NULL,
    met_day INTEGER,
    repeats INTEGER REFERENCES answer (id),
    streak INTEGER NOT NULL CHECK (streak > 0),
    UNIQUE (inspection, question, version)
) STRICT;
CREATE INDEX answer_change ON answer (change);

CREATE TABLE action (
    id INTEGER PRIMARY KEY,
    deal INTEGER NOT NULL REFERENCES deal (id),
    inspection INTEGER REFERENCES inspection (id),
    owner INTEGER NOT NULL REFERENCES person (id),
    due_day INTEGER NOT NULL,
    body TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    change INTEGER NOT NULL REFERENCES change (id)
) STRICT;
CREATE INDEX action_deal ON action (deal);
CREATE INDEX action_owner ON action (owner, due_day);

CREATE TABLE action_closing (
    action INTEGER NOT NULL REFERENCES action (id),
    change INTEGER NOT NULL REFERENCES change (id),
    status TEXT NOT NULL CHECK (status IN ('done', 'not_done')),
    PRIMARY KEY (action, change)
) STRICT;

-- Where somebody is right now, so that a dropped line resumes there and others see it.
CREATE TABLE presence (
    person INTEGER NOT NULL REFERENCES person (id),
    session TEXT NOT NULL,
    call INTEGER REFERENCES call (id),
    deal INTEGER REFERENCES deal (id),
    question TEXT NOT NULL,
    since_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    PRIMARY KEY (person, session)
) STRICT;

CREATE TABLE draft (
    person INTEGER NOT NULL REFERENCES person (id),
    deal INTEGER NOT NULL REFERENCES deal (id),
    question TEXT NOT NULL,
    field TEXT NOT NULL,
    body TEXT NOT NULL,
    saved_at INTEGER NOT NULL,
    PRIMARY KEY (person, deal, question, field)
) STRICT;

-- The projection of the two tracks; rebuilt for a deal in the transaction that touches it.
CREATE TABLE deal_state (
    id INTEGER PRIMARY KEY,
    deal INTEGER NOT NULL REFERENCES deal (id),
    valid_from INTEGER NOT NULL,
    valid_to INTEGER NOT NULL CHECK (valid_to > valid_from),
    claim INTEGER NOT NULL REFERENCES claim (id),
    detail INTEGER NOT NULL REFERENCES detail (id),
    inspection INTEGER REFERENCES inspection (id),
    owner INTEGER NOT NULL REFERENCES person (id),
    status INTEGER NOT NULL CHECK (status BETWEEN 0 AND 3),
    rep_category INTEGER NOT NULL CHECK (rep_category BETWEEN 0 AND 4),
    hold INTEGER NOT NULL CHECK (hold BETWEEN 0 AND 3),
    amount INTEGER NOT NULL,
    close_day INTEGER NOT NULL,
    stage TEXT NOT NULL,
    good_until INTEGER NOT NULL,
    void INTEGER NOT NULL CHECK (void BETWEEN 0 AND 7),
    slips INTEGER NOT NULL,
    category INTEGER NOT NULL GENERATED ALWAYS AS (
        CASE
            WHEN status = 1 THEN 4
            WHEN status <> 0 THEN 0
            WHEN hold IN (1, 2) AND rep_category = 3 THEN 2
            WHEN hold = 3 THEN 3
            ELSE rep_category
        END
    ) VIRTUAL,
    UNIQUE (deal, valid_from)
) STRICT;
CREATE INDEX state_commit ON deal_state (close_day, valid_to, valid_from, owner, amount, good_until, category)
    WHERE category = 3;
CREATE INDEX state_commit_begins ON deal_state (valid_from, close_day, owner, deal) WHERE category = 3;
CREATE INDEX state_commit_ends ON deal_state (valid_to, close_day, owner, deal)
    WHERE category = 3 AND valid_to < 9000000000000000000;
CREATE INDEX state_won ON deal_state (close_day, valid_to, valid_from, owner, amount) WHERE status = 1;
CREATE INDEX state_won_begins ON deal_state (valid_from, close_day, owner, deal) WHERE status = 1;
CREATE INDEX state_won_ends ON deal_state (valid_to, close_day, owner, deal)
    WHERE status = 1 AND valid_to < 9000000000000000000;
CREATE INDEX state_now ON deal_state (close_day, owner, category, amount, good_until, hold, deal)
    WHERE valid_to = 9000000000000000000;
"""

IMMUTABLE = (
    "change", "withdrawal", "record", "policy", "import", "reject", "claim", "detail", "note", "inspection",
    "answer", "quota", "action", "action_closing",
)  # fmt: skip
