-- What may be found, and is the text of an entry. Substrings of three characters and more, in every script.
CREATE VIRTUAL TABLE `found` USING fts5(`scope`, `text`, content='entries', content_rowid='id', tokenize='trigram');
--> statement-breakpoint
-- What is deleted is overwritten in the index at once, not when its segments are merged some day.
INSERT INTO `found` (`found`, `rank`) VALUES ('secure-delete', 1);
--> statement-breakpoint
CREATE TRIGGER `entries_found_insert` AFTER INSERT ON `entries` WHEN new.text IS NOT NULL BEGIN
  INSERT INTO `found` (rowid, scope, text) VALUES (new.id, new.scope, new.text);
END;
--> statement-breakpoint
CREATE TRIGGER `entries_found_update` AFTER UPDATE OF text ON `entries` WHEN old.text IS NOT new.text BEGIN
  INSERT INTO `found` (`found`, rowid, scope, text) SELECT 'delete', old.id, old.scope, old.text WHERE old.text IS NOT NULL;
  INSERT INTO `found` (rowid, scope, text) SELECT new.id, new.scope, new.text WHERE new.text IS NOT NULL;
END;
--> statement-breakpoint
CREATE TRIGGER `entries_found_delete` AFTER DELETE ON `entries` WHEN old.text IS NOT NULL BEGIN
  INSERT INTO `found` (`found`, rowid, scope, text) VALUES ('delete', old.id, old.scope, old.text);
END;
