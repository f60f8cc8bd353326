"""Made of `tables.py` and `statements.py`, by the program in that; a test holds it to that."""

# ruff: noqa
# fmt: off

ADD_BLOCK = 'INSERT INTO journal (id, entries, at, body, hash) VALUES (:id, :entries, :at, :body, :hash)'
LAST_BLOCK = 'SELECT journal.id, journal.entries, journal.at, journal.hash FROM journal WHERE journal.id = (SELECT max(journal.id) AS max_1 FROM journal)'
BLOCK_OF = 'SELECT max(journal.id) AS max_1 FROM journal WHERE journal.id <= :number'
BLOCKS_FROM = 'SELECT journal.id, journal.body FROM journal WHERE journal.id >= :start ORDER BY journal.id'
ADD_CALL = 'INSERT INTO calls (id, last, call, direction, started, ended, trunk, handset, number, name, queue, agent, digits, waited_seconds, talk_seconds, held_seconds, answered, answer_inferred, outcome, cause, reason, ended_by, transferred_to, recordings) VALUES (:id, :last, :call, :direction, :started, :ended, :trunk, :handset, :number, :name, :queue, :agent, :digits, :waited_seconds, :talk_seconds, :held_seconds, :answered, :answer_inferred, :outcome, :cause, :reason, :ended_by, :transferred_to, :recordings)'
SPAN_OF_CALL = 'SELECT calls.id, calls.last FROM calls WHERE calls.call = :call'
EXTEND_CALL = 'UPDATE calls SET last=:end WHERE calls.id = :first'
DROP_CALL = 'DELETE FROM calls WHERE calls.id = :id OR calls.call = :call'
ADD_STATUS = 'INSERT INTO agent_time (id, agent, status, pause_code, handset, started, ended) VALUES (:id, :agent, :status, :pause_code, :handset, :started, :ended)'
STATUS_AT_WORK = 'SELECT agent_time.agent, agent_time.status, agent_time.pause_code, agent_time.handset, agent_time.started FROM agent_time WHERE agent_time.ended IS NULL'
END_STATUS = 'UPDATE agent_time SET ended=:until WHERE agent_time.agent = :who AND agent_time.ended IS NULL'
END_EVERY_STATUS = 'UPDATE agent_time SET ended=:until WHERE agent_time.ended IS NULL'
DROP_EVERY_STATUS = 'DELETE FROM agent_time'
FACT = 'SELECT facts.value FROM facts WHERE facts.name = :name'
ADD_FACT = 'INSERT INTO facts (name, value) VALUES (:name, :value)'
DROP_FACT = 'DELETE FROM facts WHERE facts.name = :name'
TABLES = ('CREATE TABLE agent_time ( id INTEGER NOT NULL, agent VARCHAR(40) NOT NULL, status VARCHAR(20) NOT NULL, pause_code VARCHAR(40), handset VARCHAR(40), started BIGINT NOT NULL, ended BIGINT, PRIMARY KEY (id) )', 'CREATE TABLE calls ( id INTEGER NOT NULL, last INTEGER NOT NULL, call VARCHAR(40) NOT NULL, direction VARCHAR(10) NOT NULL, started BIGINT NOT NULL, ended BIGINT, trunk VARCHAR(40), handset VARCHAR(40), number VARCHAR(40), name VARCHAR(80), queue VARCHAR(40), agent VARCHAR(40), digits VARCHAR(80) NOT NULL, waited_seconds FLOAT NOT NULL, talk_seconds FLOAT NOT NULL, held_seconds FLOAT NOT NULL, answered BOOLEAN NOT NULL, answer_inferred BOOLEAN NOT NULL, outcome VARCHAR(20) NOT NULL, cause INTEGER, reason TEXT NOT NULL, ended_by VARCHAR(20), transferred_to VARCHAR(40), recordings TEXT NOT NULL, PRIMARY KEY (id) )', 'CREATE TABLE facts ( name VARCHAR(40) NOT NULL, value BIGINT NOT NULL, PRIMARY KEY (name) )', 'CREATE TABLE journal ( id INTEGER NOT NULL, entries INTEGER NOT NULL, at BIGINT NOT NULL, body BLOB NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (id) )', 'CREATE INDEX agent_time_started ON agent_time (started)', 'CREATE UNIQUE INDEX calls_call ON calls (call)', 'CREATE INDEX calls_started ON calls (started)')
