CREATE TABLE `entries` (
	`id` integer PRIMARY KEY NOT NULL,
	`app` text NOT NULL,
	`session` text NOT NULL,
	`session_kind` text GENERATED ALWAYS AS (substr(session, 1, 2)) VIRTUAL,
	`seq` integer NOT NULL,
	`kind` text NOT NULL,
	`sender` text NOT NULL,
	`content_type` integer,
	`timestamp` integer GENERATED ALWAYS AS (id >> 20) VIRTUAL,
	`countable` integer NOT NULL,
	`target` integer,
	`scope` text NOT NULL,
	`text` text,
	`expires_at` integer,
	`gone` integer NOT NULL,
	`entry` text NOT NULL,
	`base` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `entries_by_seq` ON `entries` (`app`,`session`,`seq`);--> statement-breakpoint
CREATE INDEX `entries_by_target` ON `entries` (`app`,`session`,`target`,`seq`) WHERE target IS NOT NULL;--> statement-breakpoint
CREATE INDEX `entries_kept_by_sender` ON `entries` (`app`,`sender`,`id`) WHERE kind = 'message' AND gone = 0;--> statement-breakpoint
CREATE INDEX `entries_kept_by_kind` ON `entries` (`app`,`session_kind`,`id`) WHERE kind = 'message' AND gone = 0;--> statement-breakpoint
CREATE TABLE `memberships` (
	`app` text NOT NULL,
	`user` text NOT NULL,
	`session` text NOT NULL,
	`from_seq` integer NOT NULL,
	`to_seq` integer,
	PRIMARY KEY(`app`, `user`, `session`, `from_seq`)
);
--> statement-breakpoint
CREATE INDEX `memberships_by_session` ON `memberships` (`app`,`session`);--> statement-breakpoint
CREATE TABLE `sessions` (
	`app` text NOT NULL,
	`session` text NOT NULL,
	`head` integer NOT NULL,
	`complete` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`rev` integer NOT NULL,
	PRIMARY KEY(`app`, `session`)
);
