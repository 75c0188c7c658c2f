-- Rows as the first revision kept them, written out: what the code writes today says nothing about that day.
INSERT INTO person (role, language, timezone, country, on_duty, created_at)
VALUES ('patient', 'fr', 'Europe/Paris', 'FR', false, 1767250800000000);
INSERT INTO account (platform, platform_id, person_id) VALUES ('telegram', '4242', 1);
INSERT INTO entry (person_id, kind, at, recorded_at, detail)
VALUES (1, 'intake', 1767250800000000, 1767250800000000, '{"dose_mg":10}');
INSERT INTO timer (person_id, kind, subject, due_at, attempt) VALUES (1, 'reminder', '08:00', 1767250800000000, 0);
INSERT INTO heard (key, at) VALUES ('telegram/1', 1767250800000000);
INSERT INTO outbox (key, person_id, urgency, reply, created_at, next_at, attempts)
VALUES ('waiting', 1, 0, '{"format":1,"to":1,"words":[{"key":"hello","values":{"name":"\u00e9"}}],"kind":"reply","level":"none","choices":[],"attachments":[],"rules":[],"urgency":"normal","key":""}', 1767250800000000, 1767250800000000, 0);
INSERT INTO outbox (key, person_id, urgency, reply, created_at, next_at, attempts, sent_at)
VALUES ('sent', 1, 0, '{}', 1767250800000000, 1767250800000000, 0, 1767250800000000);
INSERT INTO outbox (key, person_id, urgency, reply, created_at, next_at, attempts, dead_at, last_error)
VALUES ('dropped', 1, 0, '{}', 1767250800000000, 1767250800000000, 0, 1767250800000000, 'dropped: overtaken');
INSERT INTO outbox (key, person_id, urgency, reply, created_at, next_at, attempts, dead_at, last_error)
VALUES ('dead', 1, 0, '{}', 1767250800000000, 1767250800000000, 3, 1767250800000000, 'blocked')
