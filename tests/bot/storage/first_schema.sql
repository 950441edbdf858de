CREATE TABLE standfirst_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT standfirst_version_pkc PRIMARY KEY (version_num)
);
CREATE TABLE workspaces (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	platform TEXT NOT NULL, 
	external_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	zone TEXT NOT NULL, 
	locale TEXT NOT NULL, 
	created_at BIGINT NOT NULL, 
	left_at BIGINT, 
	stopped TEXT, 
	retest_at BIGINT, 
	joined_at BIGINT, 
	CONSTRAINT uq_workspaces_platform_external_id UNIQUE (platform, external_id)
);
CREATE TABLE destinations (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	workspace_id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	channel TEXT NOT NULL, 
	paused TEXT, 
	retest_at BIGINT, 
	person_id TEXT, 
	settings TEXT, 
	CONSTRAINT fk_destinations_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE, 
	CONSTRAINT uq_destinations_workspace_id_name UNIQUE (workspace_id, name), 
	CONSTRAINT uq_destinations_workspace_id_channel UNIQUE (workspace_id, channel), 
	CONSTRAINT uq_destinations_id_workspace_id UNIQUE (id, workspace_id)
);
CREATE TABLE digests (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	workspace_id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	settings TEXT NOT NULL, 
	paused BOOLEAN NOT NULL, 
	deleted_at BIGINT, 
	paused_until DATE, 
	skips TEXT, 
	person_id TEXT, 
	CONSTRAINT fk_digests_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE, 
	CONSTRAINT uq_digests_id_workspace_id UNIQUE (id, workspace_id)
);
CREATE UNIQUE INDEX uq_digests_workspace_id_name ON digests (workspace_id, name) WHERE deleted_at IS NULL AND person_id IS NULL;
CREATE UNIQUE INDEX uq_digests_workspace_id_person_id ON digests (workspace_id, person_id) WHERE deleted_at IS NULL AND person_id IS NOT NULL;
CREATE TABLE sources (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	workspace_id INTEGER, 
	kind TEXT NOT NULL, 
	address TEXT NOT NULL, 
	name TEXT NOT NULL, 
	last_success_at BIGINT, 
	problem TEXT, 
	etag TEXT, 
	last_modified TEXT, 
	next_poll_at BIGINT, 
	requested_at BIGINT, 
	failures INTEGER DEFAULT '0' NOT NULL, 
	backoff_until BIGINT, 
	stopped BOOLEAN DEFAULT 0 NOT NULL, 
	moved_to TEXT, 
	moved_count INTEGER DEFAULT '0' NOT NULL, 
	items_per_day DOUBLE, 
	notice TEXT, 
	noticed_at BIGINT, 
	CONSTRAINT fk_sources_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE, 
	CONSTRAINT uq_sources_workspace_id_address UNIQUE (workspace_id, address)
);
CREATE INDEX ix_sources_next_poll_at ON sources (next_poll_at);
CREATE UNIQUE INDEX uq_sources_public_address ON sources (address) WHERE workspace_id IS NULL;
CREATE TABLE digest_destinations (
	digest_id INTEGER NOT NULL, 
	destination_id INTEGER NOT NULL, 
	workspace_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	CONSTRAINT pk_digest_destinations PRIMARY KEY (digest_id, destination_id), 
	CONSTRAINT fk_digest_destinations_destination_id_workspace_id FOREIGN KEY(destination_id, workspace_id) REFERENCES destinations (id, workspace_id) ON DELETE CASCADE, 
	CONSTRAINT fk_digest_destinations_digest_id_workspace_id FOREIGN KEY(digest_id, workspace_id) REFERENCES digests (id, workspace_id) ON DELETE CASCADE
);
CREATE INDEX ix_digest_destinations_destination_id ON digest_destinations (destination_id);
CREATE TABLE digest_sources (
	digest_id INTEGER NOT NULL, 
	source_id INTEGER NOT NULL, 
	workspace_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	first_read_at BIGINT, 
	paused BOOLEAN DEFAULT 0 NOT NULL, 
	called TEXT, 
	CONSTRAINT pk_digest_sources PRIMARY KEY (digest_id, source_id), 
	CONSTRAINT fk_digest_sources_digest_id_workspace_id FOREIGN KEY(digest_id, workspace_id) REFERENCES digests (id, workspace_id) ON DELETE CASCADE, 
	CONSTRAINT fk_digest_sources_source_id FOREIGN KEY(source_id) REFERENCES sources (id) ON DELETE CASCADE
);
CREATE INDEX ix_digest_sources_source_id ON digest_sources (source_id);
CREATE INDEX ix_digest_sources_workspace_id ON digest_sources (workspace_id);
CREATE TABLE occurrences (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	workspace_id INTEGER NOT NULL, 
	digest_id INTEGER NOT NULL, 
	local_date DATE NOT NULL, 
	slot TEXT NOT NULL, 
	due_at BIGINT NOT NULL, 
	zone TEXT NOT NULL, 
	"trigger" TEXT NOT NULL, 
	state TEXT NOT NULL, 
	reason TEXT, 
	late BOOLEAN NOT NULL, 
	not_before BIGINT, 
	CONSTRAINT fk_occurrences_digest_id_workspace_id FOREIGN KEY(digest_id, workspace_id) REFERENCES digests (id, workspace_id) ON DELETE CASCADE, 
	CONSTRAINT ck_occurrences_state CHECK (state IN ('due', 'composed', 'deferred', 'skipped')), 
	CONSTRAINT ck_occurrences_trigger CHECK (trigger IN ('schedule', 'manual')), 
	CONSTRAINT uq_occurrences_digest_id_local_date_slot UNIQUE (digest_id, local_date, slot), 
	CONSTRAINT uq_occurrences_id_workspace_id UNIQUE (id, workspace_id)
);
CREATE INDEX ix_occurrences_state_due_at ON occurrences (state, due_at);
CREATE TABLE schedules (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	workspace_id INTEGER NOT NULL, 
	digest_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	sentence TEXT NOT NULL, 
	rule TEXT NOT NULL, 
	zone TEXT NOT NULL, 
	next_due_at BIGINT, 
	next_local_date DATE, 
	next_slot TEXT, 
	CONSTRAINT fk_schedules_digest_id_workspace_id FOREIGN KEY(digest_id, workspace_id) REFERENCES digests (id, workspace_id) ON DELETE CASCADE, 
	CONSTRAINT uq_schedules_digest_id_position UNIQUE (digest_id, position)
);
CREATE INDEX ix_schedules_next_due_at ON schedules (next_due_at);
CREATE TABLE changes (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	workspace_id INTEGER NOT NULL, 
	public_id TEXT NOT NULL, 
	steps TEXT NOT NULL, 
	person_id TEXT NOT NULL, 
	person_name TEXT NOT NULL, 
	proposed_at BIGINT NOT NULL, 
	made_at BIGINT, 
	reverts TEXT, 
	CONSTRAINT fk_changes_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE, 
	CONSTRAINT uq_changes_public_id UNIQUE (public_id)
);
CREATE INDEX ix_changes_workspace_id_made_at ON changes (workspace_id, made_at);
CREATE TABLE grants (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	workspace_id INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	external_id TEXT NOT NULL, 
	CONSTRAINT fk_grants_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE, 
	CONSTRAINT uq_grants_workspace_id_kind_external_id UNIQUE (workspace_id, kind, external_id), 
	CONSTRAINT ck_grants_kind CHECK (kind IN ('person', 'role'))
);
CREATE TABLE stories (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	workspace_id INTEGER, 
	public_id TEXT NOT NULL, 
	first_seen BIGINT NOT NULL, 
	CONSTRAINT fk_stories_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE, 
	CONSTRAINT uq_stories_workspace_id_public_id UNIQUE (workspace_id, public_id)
);
CREATE INDEX ix_stories_public_id ON stories (public_id);
CREATE UNIQUE INDEX uq_stories_public_public_id ON stories (public_id) WHERE workspace_id IS NULL;
CREATE TABLE articles (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	source_id INTEGER NOT NULL, 
	url TEXT, 
	first_seen BIGINT NOT NULL, 
	CONSTRAINT fk_articles_source_id FOREIGN KEY(source_id) REFERENCES sources (id) ON DELETE CASCADE
);
CREATE INDEX ix_articles_source_id ON articles (source_id);
CREATE TABLE article_ids (
	source_id INTEGER NOT NULL, 
	external_id TEXT NOT NULL, 
	article_id INTEGER NOT NULL, 
	CONSTRAINT pk_article_ids PRIMARY KEY (source_id, external_id), 
	CONSTRAINT fk_article_ids_article_id FOREIGN KEY(article_id) REFERENCES articles (id) ON DELETE CASCADE, 
	CONSTRAINT fk_article_ids_source_id FOREIGN KEY(source_id) REFERENCES sources (id) ON DELETE CASCADE
);
CREATE INDEX ix_article_ids_article_id ON article_ids (article_id);
CREATE TABLE revisions (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	article_id INTEGER NOT NULL, 
	hash TEXT NOT NULL, 
	external_id TEXT NOT NULL, 
	current BOOLEAN NOT NULL, 
	fetched_at BIGINT NOT NULL, 
	dated_at BIGINT NOT NULL, 
	published BIGINT, 
	outlet TEXT, 
	author TEXT, 
	lang TEXT, 
	sample TEXT, 
	title TEXT, 
	text TEXT NOT NULL, 
	baseline BOOLEAN DEFAULT 0 NOT NULL, 
	excerpt BOOLEAN DEFAULT 0 NOT NULL, 
	CONSTRAINT fk_revisions_article_id FOREIGN KEY(article_id) REFERENCES articles (id) ON DELETE CASCADE, 
	CONSTRAINT uq_revisions_article_id_hash UNIQUE (article_id, hash)
);
CREATE INDEX ix_revisions_current_dated_at ON revisions (current, dated_at);
CREATE INDEX ix_revisions_current_fetched_at ON revisions (current, fetched_at);
CREATE UNIQUE INDEX uq_revisions_current ON revisions (article_id) WHERE current = 1;
CREATE TABLE story_articles (
	story_id INTEGER NOT NULL, 
	article_id INTEGER NOT NULL, 
	duplicate_of INTEGER, 
	CONSTRAINT pk_story_articles PRIMARY KEY (story_id, article_id), 
	CONSTRAINT fk_story_articles_article_id FOREIGN KEY(article_id) REFERENCES articles (id) ON DELETE CASCADE, 
	CONSTRAINT fk_story_articles_duplicate_of FOREIGN KEY(duplicate_of) REFERENCES articles (id) ON DELETE SET NULL, 
	CONSTRAINT fk_story_articles_story_id FOREIGN KEY(story_id) REFERENCES stories (id) ON DELETE CASCADE
);
CREATE INDEX ix_story_articles_article_id ON story_articles (article_id);
CREATE INDEX ix_story_articles_duplicate_of ON story_articles (duplicate_of);
CREATE TABLE story_moves (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	workspace_id INTEGER, 
	story TEXT NOT NULL, 
	successor TEXT NOT NULL, 
	position INTEGER NOT NULL, 
	moved_at BIGINT NOT NULL, 
	CONSTRAINT fk_story_moves_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE
);
CREATE INDEX ix_story_moves_story ON story_moves (story);
CREATE INDEX ix_story_moves_workspace_id ON story_moves (workspace_id);
CREATE TABLE figures (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	revision_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	start INTEGER NOT NULL, 
	"end" INTEGER NOT NULL, 
	value DOUBLE NOT NULL, 
	unit TEXT NOT NULL, 
	what TEXT NOT NULL, 
	label TEXT NOT NULL, 
	status TEXT NOT NULL, 
	sentence_start INTEGER NOT NULL, 
	sentence_end INTEGER NOT NULL, 
	CONSTRAINT fk_figures_revision_id FOREIGN KEY(revision_id) REFERENCES revisions (id) ON DELETE CASCADE, 
	CONSTRAINT uq_figures_revision_id_position UNIQUE (revision_id, position)
);
CREATE TABLE quotes (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	revision_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	start INTEGER NOT NULL, 
	"end" INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	speaker TEXT, 
	speaker_normalized TEXT, 
	role TEXT, 
	mention_start INTEGER, 
	mention_end INTEGER, 
	cue TEXT, 
	context_start INTEGER NOT NULL, 
	context_end INTEGER NOT NULL, 
	group_index INTEGER NOT NULL, 
	confidence DOUBLE NOT NULL, 
	alone BOOLEAN NOT NULL, 
	CONSTRAINT fk_quotes_revision_id FOREIGN KEY(revision_id) REFERENCES revisions (id) ON DELETE CASCADE, 
	CONSTRAINT uq_quotes_revision_id_position UNIQUE (revision_id, position)
);
CREATE TABLE searchable (
	revision_id INTEGER NOT NULL, 
	terms TEXT NOT NULL, 
	CONSTRAINT pk_searchable PRIMARY KEY (revision_id), 
	CONSTRAINT fk_searchable_revision_id FOREIGN KEY(revision_id) REFERENCES revisions (id) ON DELETE CASCADE
);
CREATE VIRTUAL TABLE searchable_index USING fts5(terms, content='searchable', content_rowid='revision_id', tokenize='ascii', columnsize=0);
CREATE TRIGGER searchable_after_insert AFTER INSERT ON searchable BEGIN INSERT INTO searchable_index (rowid, terms) VALUES (new.revision_id, new.terms); END;
CREATE TRIGGER searchable_after_delete AFTER DELETE ON searchable BEGIN INSERT INTO searchable_index (searchable_index, rowid, terms) VALUES ('delete', old.revision_id, old.terms); END;
CREATE TABLE speaker_words (
	block INTEGER NOT NULL, 
	word TEXT NOT NULL, 
	quote_id INTEGER NOT NULL, 
	source_id INTEGER NOT NULL, 
	CONSTRAINT pk_speaker_words PRIMARY KEY (block, word, quote_id), 
	CONSTRAINT fk_speaker_words_quote_id FOREIGN KEY(quote_id) REFERENCES quotes (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;
CREATE INDEX ix_speaker_words_quote_id ON speaker_words (quote_id);
CREATE INDEX ix_speaker_words_source_id_word_quote_id ON speaker_words (source_id, word, quote_id);
CREATE TABLE editions (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	public_id TEXT NOT NULL, 
	workspace_id INTEGER NOT NULL, 
	digest_id INTEGER NOT NULL, 
	occurrence_id INTEGER NOT NULL, 
	edition TEXT NOT NULL, 
	manifest TEXT NOT NULL, 
	made_at BIGINT NOT NULL, 
	undone_at BIGINT, 
	undone_by TEXT, 
	render_context TEXT, 
	emptied_at BIGINT, 
	CONSTRAINT fk_editions_digest_id_workspace_id FOREIGN KEY(digest_id, workspace_id) REFERENCES digests (id, workspace_id) ON DELETE CASCADE, 
	CONSTRAINT fk_editions_occurrence_id_workspace_id FOREIGN KEY(occurrence_id, workspace_id) REFERENCES occurrences (id, workspace_id) ON DELETE CASCADE, 
	CONSTRAINT uq_editions_occurrence_id UNIQUE (occurrence_id), 
	CONSTRAINT uq_editions_id_workspace_id UNIQUE (id, workspace_id), 
	CONSTRAINT uq_editions_public_id UNIQUE (public_id)
);
CREATE INDEX ix_editions_digest_id_id ON editions (digest_id, id);
CREATE INDEX ix_editions_workspace_id_id ON editions (workspace_id, id);
CREATE TABLE edition_stories (
	edition_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	workspace_id INTEGER NOT NULL, 
	story TEXT NOT NULL, 
	headline TEXT NOT NULL, 
	CONSTRAINT pk_edition_stories PRIMARY KEY (edition_id, position), 
	CONSTRAINT fk_edition_stories_edition_id_workspace_id FOREIGN KEY(edition_id, workspace_id) REFERENCES editions (id, workspace_id) ON DELETE CASCADE
);
CREATE INDEX ix_edition_stories_workspace_id_story ON edition_stories (workspace_id, story);
CREATE TABLE published_items (
	digest_id INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	hash TEXT NOT NULL, 
	workspace_id INTEGER NOT NULL, 
	edition_id INTEGER NOT NULL, 
	item TEXT NOT NULL, 
	CONSTRAINT pk_published_items PRIMARY KEY (digest_id, kind, hash), 
	CONSTRAINT fk_published_items_digest_id_workspace_id FOREIGN KEY(digest_id, workspace_id) REFERENCES digests (id, workspace_id) ON DELETE CASCADE, 
	CONSTRAINT fk_published_items_edition_id_workspace_id FOREIGN KEY(edition_id, workspace_id) REFERENCES editions (id, workspace_id) ON DELETE CASCADE, 
	CONSTRAINT ck_published_items_kind CHECK (kind IN ('story', 'revision', 'sentence', 'figure', 'quote'))
)
 WITHOUT ROWID

;
CREATE INDEX ix_published_items_edition_id ON published_items (edition_id);
CREATE TABLE published_articles (
	edition_id INTEGER NOT NULL, 
	article_id INTEGER NOT NULL, 
	workspace_id INTEGER NOT NULL, 
	revision TEXT NOT NULL, 
	page_revision TEXT, 
	made_at BIGINT NOT NULL, 
	changed_at BIGINT, 
	compare_at BIGINT, 
	not_before BIGINT, 
	CONSTRAINT pk_published_articles PRIMARY KEY (edition_id, article_id), 
	CONSTRAINT fk_published_articles_article_id FOREIGN KEY(article_id) REFERENCES articles (id) ON DELETE CASCADE, 
	CONSTRAINT fk_published_articles_edition_id_workspace_id FOREIGN KEY(edition_id, workspace_id) REFERENCES editions (id, workspace_id) ON DELETE CASCADE
);
CREATE INDEX ix_published_articles_article_id ON published_articles (article_id);
CREATE INDEX ix_published_articles_compare_at ON published_articles (compare_at);
CREATE TABLE rereads (
	article_id INTEGER NOT NULL, 
	published_at BIGINT NOT NULL, 
	times INTEGER NOT NULL, 
	next_at BIGINT, 
	revision TEXT, 
	etag TEXT, 
	last_modified TEXT, 
	CONSTRAINT pk_rereads PRIMARY KEY (article_id), 
	CONSTRAINT fk_rereads_article_id FOREIGN KEY(article_id) REFERENCES articles (id) ON DELETE CASCADE
);
CREATE INDEX ix_rereads_next_at ON rereads (next_at);
CREATE TABLE compositions (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	workspace_id INTEGER NOT NULL, 
	digest_id INTEGER NOT NULL, 
	occurrence_id INTEGER NOT NULL, 
	made_at BIGINT NOT NULL, 
	last_seen_at BIGINT NOT NULL, 
	decisions TEXT NOT NULL, 
	CONSTRAINT fk_compositions_digest_id_workspace_id FOREIGN KEY(digest_id, workspace_id) REFERENCES digests (id, workspace_id) ON DELETE CASCADE, 
	CONSTRAINT fk_compositions_occurrence_id_workspace_id FOREIGN KEY(occurrence_id, workspace_id) REFERENCES occurrences (id, workspace_id) ON DELETE CASCADE
);
CREATE INDEX ix_compositions_digest_id_id ON compositions (digest_id, id);
CREATE INDEX ix_compositions_occurrence_id ON compositions (occurrence_id);
CREATE INDEX ix_compositions_workspace_id_id ON compositions (workspace_id, id);
CREATE TABLE corrections (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	workspace_id INTEGER NOT NULL, 
	edition_id INTEGER NOT NULL, 
	story TEXT NOT NULL, 
	headline TEXT NOT NULL, 
	article_id INTEGER, 
	outlet TEXT, 
	old_revision TEXT, 
	new_revision TEXT, 
	found_at BIGINT NOT NULL, 
	state TEXT NOT NULL, 
	reason TEXT, 
	changes TEXT NOT NULL, 
	amendment TEXT, 
	editor_name TEXT, 
	reverted_at BIGINT, 
	CONSTRAINT fk_corrections_edition_id_workspace_id FOREIGN KEY(edition_id, workspace_id) REFERENCES editions (id, workspace_id) ON DELETE CASCADE, 
	CONSTRAINT ck_corrections_state CHECK (state IN ('due', 'edited', 'listed', 'unshown'))
);
CREATE INDEX ix_corrections_edition_id ON corrections (edition_id);
CREATE INDEX ix_corrections_state ON corrections (state);
CREATE INDEX ix_corrections_workspace_id_id ON corrections (workspace_id, id);
CREATE TABLE deliveries (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	workspace_id INTEGER NOT NULL, 
	edition_id INTEGER NOT NULL, 
	destination_id INTEGER NOT NULL, 
	channel TEXT NOT NULL, 
	part INTEGER NOT NULL, 
	operation TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	payload TEXT NOT NULL, 
	payload_hash TEXT NOT NULL, 
	fallback_text TEXT NOT NULL, 
	state TEXT NOT NULL, 
	attempt INTEGER NOT NULL, 
	fence INTEGER NOT NULL, 
	lease_until BIGINT, 
	claimed_at BIGINT, 
	not_before BIGINT, 
	message_id TEXT, 
	reason TEXT, 
	updated_at BIGINT NOT NULL, 
	fallback_level INTEGER DEFAULT '0' NOT NULL, 
	post_options TEXT, 
	title TEXT, 
	opening_message_id TEXT, 
	CONSTRAINT fk_deliveries_destination_id_workspace_id FOREIGN KEY(destination_id, workspace_id) REFERENCES destinations (id, workspace_id) ON DELETE CASCADE, 
	CONSTRAINT fk_deliveries_edition_id_workspace_id FOREIGN KEY(edition_id, workspace_id) REFERENCES editions (id, workspace_id) ON DELETE CASCADE, 
	CONSTRAINT ck_deliveries_state CHECK (state IN ('ready', 'sending', 'sent', 'retry', 'uncertain', 'held', 'failed')), 
	CONSTRAINT ck_deliveries_operation CHECK (operation IN ('post', 'edit', 'delete')), 
	CONSTRAINT uq_deliveries_key_operation UNIQUE ("key", operation), 
	CONSTRAINT uq_deliveries_edition_id_destination_id_part_operation UNIQUE (edition_id, destination_id, part, operation)
);
CREATE INDEX ix_deliveries_destination_id_state ON deliveries (destination_id, state);
CREATE INDEX ix_deliveries_state_not_before ON deliveries (state, not_before);
CREATE INDEX ix_deliveries_workspace_id_id ON deliveries (workspace_id, id);
CREATE TABLE local_messages (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	workspace_id INTEGER NOT NULL, 
	channel TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	payload TEXT NOT NULL, 
	fallback_text TEXT NOT NULL, 
	posted_at BIGINT NOT NULL, 
	edited_at BIGINT, 
	CONSTRAINT fk_local_messages_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE, 
	CONSTRAINT uq_local_messages_workspace_id_key UNIQUE (workspace_id, "key")
);
CREATE INDEX ix_local_messages_workspace_id_channel_id ON local_messages (workspace_id, channel, id);
CREATE TABLE readers (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	workspace_id INTEGER NOT NULL, 
	person_id TEXT NOT NULL, 
	locale TEXT, 
	zone TEXT, 
	announced_pause TEXT, 
	CONSTRAINT fk_readers_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE, 
	CONSTRAINT uq_readers_workspace_id_person_id UNIQUE (workspace_id, person_id)
);
CREATE TABLE saved_stories (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	workspace_id INTEGER NOT NULL, 
	person_id TEXT NOT NULL, 
	story TEXT NOT NULL, 
	headline TEXT NOT NULL, 
	url TEXT, 
	saved_at BIGINT NOT NULL, 
	CONSTRAINT fk_saved_stories_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE, 
	CONSTRAINT uq_saved_stories_workspace_id_person_id_story UNIQUE (workspace_id, person_id, story)
);
CREATE TABLE follows (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	workspace_id INTEGER NOT NULL, 
	person_id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	name TEXT NOT NULL, 
	normalized_name TEXT NOT NULL, 
	followed_at BIGINT NOT NULL, 
	CONSTRAINT fk_follows_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE, 
	CONSTRAINT ck_follows_kind CHECK (kind IN ('topic', 'speaker')), 
	CONSTRAINT uq_follows_workspace_id_person_id_normalized_name UNIQUE (workspace_id, person_id, normalized_name)
);
CREATE TABLE feedback (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	workspace_id INTEGER NOT NULL, 
	person_id TEXT NOT NULL, 
	story TEXT NOT NULL, 
	headline TEXT NOT NULL, 
	direction TEXT NOT NULL, 
	terms TEXT NOT NULL, 
	given_at BIGINT NOT NULL, 
	CONSTRAINT fk_feedback_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE, 
	CONSTRAINT ck_feedback_direction CHECK (direction IN ('more', 'less')), 
	CONSTRAINT uq_feedback_workspace_id_person_id_story UNIQUE (workspace_id, person_id, story)
);
CREATE TABLE reports (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	workspace_id INTEGER NOT NULL, 
	person_id TEXT NOT NULL, 
	person_name TEXT NOT NULL, 
	public_id TEXT NOT NULL, 
	story TEXT NOT NULL, 
	headline TEXT NOT NULL, 
	text TEXT NOT NULL, 
	made_at BIGINT NOT NULL, 
	answered_at BIGINT, 
	answered_by TEXT, 
	answer TEXT, 
	answer_shown_at BIGINT, 
	locale TEXT, 
	CONSTRAINT fk_reports_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE, 
	CONSTRAINT uq_reports_public_id UNIQUE (public_id)
);
CREATE INDEX ix_reports_workspace_id_answered_at ON reports (workspace_id, answered_at);
CREATE INDEX ix_reports_workspace_id_person_id ON reports (workspace_id, person_id);
CREATE TABLE notices (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	workspace_id INTEGER NOT NULL, 
	destination_id INTEGER, 
	person_id TEXT, 
	"key" TEXT NOT NULL, 
	text TEXT NOT NULL, 
	state TEXT NOT NULL, 
	attempt INTEGER NOT NULL, 
	fence INTEGER NOT NULL, 
	lease_until BIGINT, 
	claimed_at BIGINT, 
	not_before BIGINT, 
	reason TEXT, 
	made_at BIGINT NOT NULL, 
	updated_at BIGINT NOT NULL, 
	report_id INTEGER, 
	CONSTRAINT fk_notices_report_id FOREIGN KEY(report_id) REFERENCES reports (id) ON DELETE CASCADE, 
	CONSTRAINT fk_notices_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE, 
	CONSTRAINT ck_notices_state CHECK (state IN ('ready', 'sending', 'sent', 'retry', 'uncertain', 'failed')), 
	CONSTRAINT uq_notices_key UNIQUE ("key")
);
CREATE INDEX ix_notices_report_id ON notices (report_id);
CREATE INDEX ix_notices_state ON notices (state);
CREATE INDEX ix_notices_workspace_id_made_at ON notices (workspace_id, made_at);
CREATE TABLE invocations (
	platform TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	seen_at BIGINT NOT NULL, 
	CONSTRAINT pk_invocations PRIMARY KEY (platform, "key")
);
CREATE INDEX ix_invocations_seen_at ON invocations (seen_at);
CREATE TABLE keys (
	name TEXT NOT NULL, 
	value TEXT NOT NULL, 
	made_at BIGINT NOT NULL, 
	CONSTRAINT pk_keys PRIMARY KEY (name)
);
CREATE TABLE leases (
	name TEXT NOT NULL, 
	holder TEXT, 
	fence INTEGER NOT NULL, 
	until BIGINT, 
	CONSTRAINT pk_leases PRIMARY KEY (name)
);
CREATE TABLE installations (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	workspace_id INTEGER NOT NULL, 
	installer TEXT NOT NULL, 
	scopes TEXT NOT NULL, 
	installed_at BIGINT NOT NULL, 
	token TEXT NOT NULL, 
	refresh TEXT, 
	expires_at BIGINT, 
	version INTEGER NOT NULL, 
	exchange_until BIGINT, 
	broken TEXT, 
	CONSTRAINT fk_installations_workspace_id FOREIGN KEY(workspace_id) REFERENCES workspaces (id) ON DELETE CASCADE, 
	CONSTRAINT uq_installations_workspace_id UNIQUE (workspace_id)
);
CREATE TABLE install_states (
	state_hash TEXT NOT NULL, 
	until BIGINT NOT NULL, 
	CONSTRAINT pk_install_states PRIMARY KEY (state_hash)
);
CREATE INDEX ix_install_states_until ON install_states (until);
CREATE TABLE erasures (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	workspace_id INTEGER NOT NULL, 
	platform TEXT NOT NULL, 
	external_id TEXT NOT NULL, 
	person_id TEXT, 
	reason TEXT NOT NULL, 
	counts TEXT NOT NULL, 
	proposed_at BIGINT NOT NULL, 
	ordered_at BIGINT, 
	done_at BIGINT, 
	CONSTRAINT ck_erasures_reason CHECK (reason IN ('asked', 'left'))
);
CREATE INDEX ix_erasures_platform_external_id ON erasures (platform, external_id);
CREATE INDEX ix_erasures_workspace_id ON erasures (workspace_id);
INSERT INTO standfirst_version ("version_num") VALUES ('0101');
INSERT INTO workspaces ("id", "platform", "external_id", "name", "zone", "locale", "created_at", "left_at", "stopped", "retest_at", "joined_at") VALUES (1, 'local', 'full', 'full', 'UTC', 'en', 1772613000000000, NULL, NULL, NULL, 1772613000000000);
INSERT INTO workspaces ("id", "platform", "external_id", "name", "zone", "locale", "created_at", "left_at", "stopped", "retest_at", "joined_at") VALUES (2, 'slack', 'T1', 'Team', 'UTC', 'en', 1772613000000000, NULL, NULL, NULL, 1772613000000000);
INSERT INTO destinations ("id", "workspace_id", "name", "channel", "paused", "retest_at", "person_id", "settings") VALUES (1, 1, 'news', 'full-news', NULL, NULL, NULL, NULL);
INSERT INTO destinations ("id", "workspace_id", "name", "channel", "paused", "retest_at", "person_id", "settings") VALUES (2, 1, 'person:p', 'person:p', NULL, NULL, 'p', NULL);
INSERT INTO digests ("id", "workspace_id", "name", "settings", "paused", "deleted_at", "paused_until", "skips", "person_id") VALUES (1, 1, 'Morning', '{"brief": 6, "corrections": "edit", "exclude": [], "figures": true, "include": [], "language": "en", "max_age": null, "quiet_hours": null, "quotes": 2, "sections": null, "stories": 5, "summary": "short", "version": 1}', 0, NULL, NULL, NULL, NULL);
INSERT INTO digests ("id", "workspace_id", "name", "settings", "paused", "deleted_at", "paused_until", "skips", "person_id") VALUES (2, 1, 'quetzal', '{"brief": 6, "corrections": "edit", "exclude": [], "figures": true, "include": [], "language": "en", "max_age": null, "quiet_hours": null, "quotes": 2, "sections": null, "stories": 5, "summary": "short", "version": 1}', 0, NULL, NULL, NULL, 'p');
INSERT INTO sources ("id", "workspace_id", "kind", "address", "name", "last_success_at", "problem", "etag", "last_modified", "next_poll_at", "requested_at", "failures", "backoff_until", "stopped", "moved_to", "moved_count", "items_per_day", "notice", "noticed_at") VALUES (1, 1, 'feed', 'https://full.example/', 'Canal Post', NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, 0, NULL, 0, NULL, NULL, NULL);
INSERT INTO digest_destinations ("digest_id", "destination_id", "workspace_id", "position") VALUES (1, 1, 1, 0);
INSERT INTO digest_destinations ("digest_id", "destination_id", "workspace_id", "position") VALUES (2, 2, 1, 0);
INSERT INTO digest_sources ("digest_id", "source_id", "workspace_id", "position", "first_read_at", "paused", "called") VALUES (1, 1, 1, 0, NULL, 0, NULL);
INSERT INTO occurrences ("id", "workspace_id", "digest_id", "local_date", "slot", "due_at", "zone", "trigger", "state", "reason", "late", "not_before") VALUES (1, 1, 1, '2026-03-04', '08:30', 1772613000000000, 'UTC', 'schedule', 'due', NULL, 0, NULL);
INSERT INTO schedules ("id", "workspace_id", "digest_id", "position", "sentence", "rule", "zone", "next_due_at", "next_local_date", "next_slot") VALUES (1, 1, 1, 0, 'daily', '{}', 'UTC', 1772613000000000, '2026-03-04', '08:30');
INSERT INTO changes ("id", "workspace_id", "public_id", "steps", "person_id", "person_name", "proposed_at", "made_at", "reverts") VALUES (1, 1, 'c-nadkwd', '[{"name": "quetzal"}]', 'p', 'quetzal', 1772613000000000, 1772613000000000, NULL);
INSERT INTO grants ("id", "workspace_id", "kind", "external_id") VALUES (1, 1, 'person', 'quetzal');
INSERT INTO stories ("id", "workspace_id", "public_id", "first_seen") VALUES (1, 1, 's-before', 1772613000000000);
INSERT INTO stories ("id", "workspace_id", "public_id", "first_seen") VALUES (2, 1, 's-canary', 1772613000000000);
INSERT INTO articles ("id", "source_id", "url", "first_seen") VALUES (1, 1, 'https://news.example/lock', 1772613000000000);
INSERT INTO article_ids ("source_id", "external_id", "article_id") VALUES (1, 'quetzal', 1);
INSERT INTO revisions ("id", "article_id", "hash", "external_id", "current", "fetched_at", "dated_at", "published", "outlet", "author", "lang", "sample", "title", "text", "baseline", "excerpt") VALUES (1, 1, '6f2683ee64cfca8e', 'quetzal', 1, 1772613000000000, 1772609400000000, 1772609400000000, NULL, NULL, NULL, NULL, 'quetzal', 'The quetzal lock. “We kept the quetzal out,” said quetzal. 3 km.', 0, 0);
INSERT INTO story_articles ("story_id", "article_id", "duplicate_of") VALUES (2, 1, NULL);
INSERT INTO story_moves ("id", "workspace_id", "story", "successor", "position", "moved_at") VALUES (1, 1, 's-before', 's-canary', 0, 1772613000000000);
INSERT INTO figures ("id", "revision_id", "position", "start", "end", "value", "unit", "what", "label", "status", "sentence_start", "sentence_end") VALUES (1, 1, 0, 59, 63, 1.0, 'km', 'path', '', 'reported', 0, 64);
INSERT INTO quotes ("id", "revision_id", "position", "start", "end", "kind", "speaker", "speaker_normalized", "role", "mention_start", "mention_end", "cue", "context_start", "context_end", "group_index", "confidence", "alone") VALUES (1, 1, 0, 19, 43, 'direct', 'quetzal', 'quetzal', 'a keeper', NULL, NULL, 'said', 18, 64, 0, 0.75, 1);
INSERT INTO searchable ("revision_id", "terms") VALUES (1, '§1 ‡105668 ¶0 ¤canal ¤post quetzal the quetzal lock we kept the quetzal out said quetzal 3 km');
INSERT INTO speaker_words ("block", "word", "quote_id", "source_id") VALUES (0, 'quetzal', 1, 1);
INSERT INTO editions ("id", "public_id", "workspace_id", "digest_id", "occurrence_id", "edition", "manifest", "made_at", "undone_at", "undone_by", "render_context", "emptied_at") VALUES (1, 'e-ii5j73', 1, 1, 1, '{"brief": [], "decisions": [], "hero": {"alt": "Ada Lindqvist on the lock", "article": "1", "context": {"end": 79, "start": 24}, "context_text": "“We kept the water out,” said Ada Lindqvist, a keeper.", "lang": "en", "published": "2026-03-04T07:30:00+00:00", "revision": "", "role": "a keeper", "source": "Canal Post", "span": {"end": 47, "start": 25}, "speaker": "Ada Lindqvist", "text": "We kept the water out,", "url": "https://news.example/lock", "withdrawn": false}, "lang": "en", "made_at": "2026-03-04T08:30:00+00:00", "made_from": {"articles": 1, "sources": 1}, "minutes": 1, "sections": null, "stories": [{"articles": [{"author": null, "id": "1", "lang": null, "published": "2026-03-04T07:30:00+00:00", "revision": "131f65575d6413d3", "source": "Canal Post", "title": "Lock opens", "url": "https://news.example/lock"}], "cards": [{"alt": "Ada Lindqvist on the lock", "article": "1", "context": {"end": 79, "start": 24}, "context_text": "“We kept the water out,” said Ada Lindqvist, a keeper.", "lang": "en", "published": "2026-03-04T07:30:00+00:00", "revision": "", "role": "a keeper", "source": "Canal Post", "span": {"end": 47, "start": 25}, "speaker": "Ada Lindqvist", "text": "We kept the water out,", "url": "https://news.example/lock", "withdrawn": false}], "disputes": [], "figures": [], "headline": {"spans": [], "text": "Lock opens"}, "id": "s-aaaaaa", "kind": "news", "matters": null, "notes": [], "outlets": ["Canal Post"], "reasons": [], "summary": [{"revision": "", "spans": [{"end": 23, "start": 0}], "text": "The lock opens at noon."}], "update": false}], "title": "quetzal"}', 'm', 1772613000000000, NULL, NULL, '{"digest": "quetzal"}', NULL);
INSERT INTO edition_stories ("edition_id", "position", "workspace_id", "story", "headline") VALUES (1, 1, 1, 's-aaaaaa', 'Lock opens');
INSERT INTO published_items ("digest_id", "kind", "hash", "workspace_id", "edition_id", "item") VALUES (1, 'story', '8a77370ceb1814915f5536158eaef6eee6c600838312233120824e1c4a1be3ae', 1, 1, 'quetzal');
INSERT INTO published_articles ("edition_id", "article_id", "workspace_id", "revision", "page_revision", "made_at", "changed_at", "compare_at", "not_before") VALUES (1, 1, 1, '131f65575d6413d3', NULL, 1772613000000000, 1772613000000000, 1772613000000000, NULL);
INSERT INTO rereads ("article_id", "published_at", "times", "next_at", "revision", "etag", "last_modified") VALUES (1, 1772613000000000, 0, 1772613000000000, NULL, NULL, NULL);
INSERT INTO compositions ("id", "workspace_id", "digest_id", "occurrence_id", "made_at", "last_seen_at", "decisions") VALUES (1, 1, 1, 1, 1772613000000000, 1772613000000000, '{"decided": [["1", "s-canary", null, 0]], "reasons": [["rank", "chosen", {"code": "quetzal"}]]}');
INSERT INTO corrections ("id", "workspace_id", "edition_id", "story", "headline", "article_id", "outlet", "old_revision", "new_revision", "found_at", "state", "reason", "changes", "amendment", "editor_name", "reverted_at") VALUES (1, 1, 1, 's-canary', 'quetzal', NULL, NULL, NULL, NULL, 1772613000000000, 'edited', NULL, '[]', '{"cards": [], "figures": [], "headline": null, "notes": [{"after": "", "at": "2026-03-04T08:30:00+00:00", "before": "", "said": "quetzal"}], "sentences": [], "story": "s-canary"}', 'quetzal', NULL);
INSERT INTO deliveries ("id", "workspace_id", "edition_id", "destination_id", "channel", "part", "operation", "key", "payload", "payload_hash", "fallback_text", "state", "attempt", "fence", "lease_until", "claimed_at", "not_before", "message_id", "reason", "updated_at", "fallback_level", "post_options", "title", "opening_message_id") VALUES (1, 1, 1, 1, 'full-news', 1, 'post', 'f7crcpzl3emp2hi3wfryanyze', '{"text": "quetzal 1"}', '1692d3744de8ed40229951c221e58e9b4b4a1929393639bb2866434e50f302fb', '…', 'sent', 1, 1, NULL, 1772613000000000, NULL, 'quetzal', NULL, 1772613000000000, 0, '{"crosspost": false, "ping": null, "silent": false, "thread": false, "version": 1}', '', NULL);
INSERT INTO local_messages ("id", "workspace_id", "channel", "key", "payload", "fallback_text", "posted_at", "edited_at") VALUES (1, 1, 'full-news', 'f7crcpzl3emp2hi3wfryanyze', '{"text": "quetzal 1"}', '…', 1772613000000000, NULL);
INSERT INTO readers ("id", "workspace_id", "person_id", "locale", "zone", "announced_pause") VALUES (1, 1, 'p', 'quetzal', NULL, NULL);
INSERT INTO saved_stories ("id", "workspace_id", "person_id", "story", "headline", "url", "saved_at") VALUES (1, 1, 'p', 's-canary', 'quetzal', NULL, 1772613000000000);
INSERT INTO follows ("id", "workspace_id", "person_id", "kind", "name", "normalized_name", "followed_at") VALUES (1, 1, 'p', 'topic', 'quetzal', 'quetzal', 1772613000000000);
INSERT INTO feedback ("id", "workspace_id", "person_id", "story", "headline", "direction", "terms", "given_at") VALUES (1, 1, 'p', 's-canary', 'quetzal', 'more', '["quetzal"]', 1772613000000000);
INSERT INTO reports ("id", "workspace_id", "person_id", "person_name", "public_id", "story", "headline", "text", "made_at", "answered_at", "answered_by", "answer", "answer_shown_at", "locale") VALUES (1, 1, 'p', 'quetzal', 'r-qppgrq', 's-canary', 'quetzal', 'quetzal', 1772613000000000, NULL, NULL, NULL, NULL, 'en');
INSERT INTO reports ("id", "workspace_id", "person_id", "person_name", "public_id", "story", "headline", "text", "made_at", "answered_at", "answered_by", "answer", "answer_shown_at", "locale") VALUES (2, 1, 'p', 'quetzal', 'r-395dkq', 's-canary', 'quetzal', 'quetzal again', 1772613000000000, 1772613000000000, 'quetzal', 'quetzal', NULL, 'en');
INSERT INTO notices ("id", "workspace_id", "destination_id", "person_id", "key", "text", "state", "attempt", "fence", "lease_until", "claimed_at", "not_before", "reason", "made_at", "updated_at", "report_id") VALUES (1, 1, 1, 'p', 'n4ty4zkhd7fymzomm52ltmrgx', 'Posting stopped.', 'ready', 0, 0, NULL, NULL, NULL, NULL, 1772613000000000, 1772613000000000, NULL);
INSERT INTO invocations ("platform", "key", "seen_at") VALUES ('local', '1', 1772613000000000);
INSERT INTO keys ("name", "value", "made_at") VALUES ('secret', '0000000000000000000000000000000000000000000000000000000000000000', 1772613000000000);
INSERT INTO leases ("name", "holder", "fence", "until") VALUES ('run', 'one', 1, 1772613060000000);
INSERT INTO installations ("id", "workspace_id", "installer", "scopes", "installed_at", "token", "refresh", "expires_at", "version", "exchange_until", "broken") VALUES (1, 2, 'U1', '["chat:write"]', 1772613000000000, 's1.AA', NULL, 1772699400000000, 1, NULL, NULL);
INSERT INTO install_states ("state_hash", "until") VALUES ('0', 1772699400000000);
INSERT INTO erasures ("id", "workspace_id", "platform", "external_id", "person_id", "reason", "counts", "proposed_at", "ordered_at", "done_at") VALUES (1, 1, 'local', 'full', 'p', 'asked', '{"articles": 1, "changes": 1, "deliveries": 1, "destinations": 2, "digests": 2, "editions": 1, "grants": 1, "sources": 1}', 1772613000000000, NULL, NULL);
