CREATE TABLE people (user INTEGER PRIMARY KEY, language TEXT NOT NULL) STRICT;
CREATE TABLE invitations (code TEXT PRIMARY KEY, until REAL NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE admitted (id INTEGER PRIMARY KEY, at REAL NOT NULL) STRICT;
CREATE TABLE given (
    chat INTEGER NOT NULL, message INTEGER NOT NULL, asked_in INTEGER, user INTEGER, question TEXT NOT NULL,
    understood TEXT NOT NULL, answer TEXT, quote TEXT, article TEXT, title TEXT, within TEXT, at REAL NOT NULL,
    PRIMARY KEY (chat, message)
) STRICT, WITHOUT ROWID;
CREATE INDEX given_to ON given (chat, asked_in);
CREATE INDEX given_at ON given (at);
CREATE TABLE feedback (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, chat INTEGER NOT NULL, message INTEGER NOT NULL, user INTEGER NOT NULL,
    question TEXT NOT NULL, answer TEXT, article TEXT, quote TEXT, good INTEGER, expected TEXT,
    UNIQUE (chat, message, user)
) STRICT;
CREATE TABLE gaps (folded TEXT PRIMARY KEY, question TEXT NOT NULL, count INTEGER NOT NULL, last REAL NOT NULL) STRICT;
CREATE TABLE windows (key TEXT, start INTEGER, count INTEGER NOT NULL, PRIMARY KEY (key, start)) STRICT, WITHOUT ROWID;

INSERT INTO people VALUES (11, 'id');
-- The SHA-256 of the code "first-code", good until the year 2286.
INSERT INTO invitations VALUES ('3c7312063443d20ea8fce51912bd187af354147cd1ebca801bb0ecb959dfd899', 9999999999.0);
INSERT INTO admitted VALUES (-100, 1700000000.0);
INSERT INTO given VALUES
    (-100, 5, 4, 11, 'how many?', 'How many troops?', '11.000', 'About 11.000 men.', 'troops', 'Troops', NULL, 1700000000.0),
    (-100, 9, 8, 1087968824, 'why?', 'Why?', NULL, NULL, NULL, NULL, NULL, 1700000000.0),
    (11, 7, 6, 11, 'who?', 'Who?', NULL, NULL, NULL, NULL, 'troops', 1700000001.0);
INSERT INTO feedback VALUES
    (1, 1700000002.0, -100, 5, 11, 'how many?', '11.000', 'troops', 'About 11.000 men.', 0, '12.000'),
    (2, 1700000003.0, -100, 5, 12, 'how many?', '11.000', 'troops', 'About 11.000 men.', 1, NULL),
    (3, 1700000004.0, -100, 9, 1087968824, 'why?', NULL, NULL, NULL, NULL, ''),
    (4, 1700000005.0, 12, 3, 12, 'when?', 'May', 'bakery', 'It opened in May.', 1, NULL);
INSERT INTO gaps VALUES ('who?', 'Who?', 3, 1700000001.0);
INSERT INTO windows VALUES ('asking user 11', 1700000000, 20);

PRAGMA user_version=1;
