"""The store's tables, as they came to be. Only ever added to, and only with what an older program can live with.

`user_version` counts them. The program before may read and write a store that a newer one has migrated.
"""

MIGRATIONS = (
    """
    CREATE TABLE submission (
        place INTEGER PRIMARY KEY AUTOINCREMENT,
        sid TEXT NOT NULL UNIQUE,
        slip_code TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        manifest BLOB NOT NULL,
        state TEXT NOT NULL,
        acknowledgement BLOB,
        receipt_number TEXT,
        received_at TEXT,
        refusal BLOB
    ) STRICT;
    CREATE INDEX submission_open ON submission (place) WHERE state != 'acknowledged';
    CREATE TABLE attachment (
        id INTEGER PRIMARY KEY,
        sid TEXT NOT NULL REFERENCES submission (sid),
        name TEXT NOT NULL,
        digest TEXT NOT NULL,
        size INTEGER NOT NULL,
        content BLOB NOT NULL,
        uploaded INTEGER NOT NULL DEFAULT 0,
        upload_path TEXT
    ) STRICT;
    CREATE INDEX attachment_of ON attachment (sid, id);
    CREATE TABLE rating (
        sid TEXT PRIMARY KEY REFERENCES submission (sid),
        rating_id TEXT NOT NULL UNIQUE,
        level INTEGER NOT NULL,
        given_at TEXT NOT NULL,
        sent INTEGER NOT NULL DEFAULT 0,
        refusal BLOB
    ) STRICT;
    CREATE TABLE print_job (
        job_id TEXT PRIMARY KEY,
        sid TEXT NOT NULL,
        state TEXT NOT NULL,
        fault TEXT
    ) STRICT;
    """,
    # 2. What is erased leaves `submission` for `tombstone`: an older program, which knows no such state, then neither
    # lists it as waiting nor meets a word it cannot read.
    """
    ALTER TABLE submission ADD COLUMN sealed_at TEXT;
    ALTER TABLE submission ADD COLUMN acknowledgement_signature TEXT;
    ALTER TABLE submission ADD COLUMN earlier_acknowledgement BLOB;
    ALTER TABLE submission ADD COLUMN earlier_signature TEXT;
    CREATE INDEX submission_received ON submission (unixepoch(received_at)) WHERE state = 'acknowledged';
    CREATE INDEX submission_acknowledged ON submission (sid) WHERE state = 'acknowledged';
    CREATE INDEX rating_unsent ON rating (sid) WHERE NOT sent AND refusal IS NULL;
    CREATE INDEX print_job_of ON print_job (sid);
    CREATE INDEX print_job_begun ON print_job (job_id) WHERE state = 'begun';
    CREATE TABLE tombstone (
        place INTEGER PRIMARY KEY,
        sid TEXT NOT NULL UNIQUE,
        state TEXT NOT NULL
    ) STRICT;
    CREATE TABLE listing (
        sid TEXT PRIMARY KEY,
        cursor INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX listing_cursor ON listing (cursor);
    CREATE TABLE case_state (
        sid TEXT PRIMARY KEY,
        state TEXT NOT NULL,
        case_number TEXT
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE pulled (
        kind TEXT PRIMARY KEY,
        content BLOB NOT NULL,
        signature TEXT NOT NULL,
        snapshot TEXT NOT NULL,
        cursor INTEGER NOT NULL,
        version TEXT NOT NULL,
        taken_at TEXT NOT NULL
    ) STRICT;
    CREATE TABLE journal (
        seq INTEGER PRIMARY KEY,
        at TEXT NOT NULL,
        event TEXT NOT NULL,
        fields TEXT NOT NULL,
        digest BLOB NOT NULL
    ) STRICT;
    CREATE TABLE standing (
        name TEXT PRIMARY KEY,
        value ANY NOT NULL
    ) STRICT, WITHOUT ROWID;
    """,
    # 3. What the terminal remembers of its devices, and of the gateway that a submission was announced to.
    """
    ALTER TABLE submission ADD COLUMN announced_life TEXT;
    CREATE TABLE device (
        device TEXT PRIMARY KEY,
        state TEXT NOT NULL,
        faults TEXT NOT NULL,
        since TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE device_count (
        device TEXT NOT NULL,
        counter TEXT NOT NULL,
        day TEXT NOT NULL,
        amount INTEGER NOT NULL,
        PRIMARY KEY (device, counter, day)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE paper_roll (
        loaded_at_mm INTEGER,
        length_mm INTEGER,
        state TEXT NOT NULL,
        disturbed INTEGER NOT NULL
    ) STRICT;
    """,
)
