import { afterEach, describe, expect, it } from '@jest/globals';
import {
  createLegacyDatabase,
  type LegacyDatabase,
  legacyRows,
  legacyTables,
  readEverything,
  readShape,
} from '../support/legacy.js';

let database: LegacyDatabase;
afterEach(() => database.drop());

const open = async (script: string) => {
  database = await createLegacyDatabase(legacyTables + legacyRows + script);
};

/** What differs from the tables above, a line of the report, and what stays beside Tandem's own shape. */
const mended: [title: string, script: string, line: string, extra?: string[]][] = [
  [
    'TEXT for every text',
    'ALTER TABLE users ALTER id TYPE text, ALTER email TYPE text, ALTER name TYPE text; ALTER TABLE tasks ALTER title TYPE text, ALTER status TYPE text, ALTER user_id TYPE text;',
    'tasks.title: text → character varying(200)',
  ],
  [
    'shorter text',
    'ALTER TABLE tasks ALTER title TYPE varchar(100); ALTER TABLE users ALTER id TYPE varchar(36);',
    'users.id: character varying(36) → text',
  ],
  [
    'an enum for the status',
    `CREATE TYPE taskstatus AS ENUM ('Pending', 'Completed'); ALTER TABLE tasks ALTER status TYPE taskstatus USING status::taskstatus, ALTER status SET DEFAULT 'Pending';`,
    'tasks.status: taskstatus → character varying(20)',
  ],
  [
    'times with a zone',
    `ALTER TABLE tasks ALTER created_at TYPE timestamptz USING created_at AT TIME ZONE 'UTC', ALTER created_at SET DEFAULT now();`,
    'tasks.created_at: timestamp with time zone → timestamp(3) with time zone',
  ],
  [
    'defaults in UTC',
    `ALTER TABLE tasks ALTER created_at SET DEFAULT (now() AT TIME ZONE 'utc'), ALTER updated_at SET DEFAULT CURRENT_TIMESTAMP;`,
    'default now()',
  ],
  ['BIGINT ids', 'ALTER TABLE tasks ALTER id TYPE bigint;', 'tasks.id: bigint → integer'],
  [
    'an identity',
    'ALTER TABLE tasks ALTER id DROP DEFAULT; DROP SEQUENCE tasks_id_seq; ALTER TABLE tasks ALTER id ADD GENERATED ALWAYS AS IDENTITY;',
    'tasks.id: identity → default of the sequence tasks_id_seq',
  ],
  [
    'no default of the id',
    'ALTER TABLE tasks ALTER id DROP DEFAULT; DROP SEQUENCE tasks_id_seq;',
    'tasks.id: default of the new sequence tasks_id_seq',
  ],
  [
    'a sequence of another name that nobody owns',
    'ALTER SEQUENCE tasks_id_seq OWNED BY NONE; ALTER SEQUENCE tasks_id_seq RENAME TO task_id_seq;',
    'sequence task_id_seq: renamed to tasks_id_seq, owned by tasks.id',
  ],
  [
    'missing columns',
    'ALTER TABLE users DROP name, DROP updated_at; ALTER TABLE tasks DROP status, DROP description, DROP created_at, DROP updated_at;',
    'tasks.status: added',
  ],
  [
    'names and descriptions that may not be NULL',
    `UPDATE users SET name = ''; UPDATE tasks SET description = ''; ALTER TABLE users ALTER name SET NOT NULL; ALTER TABLE tasks ALTER description SET NOT NULL;`,
    'users.name: may be NULL',
  ],
  [
    'a unique constraint of the email',
    'DROP INDEX ix_users_email; ALTER TABLE users ADD UNIQUE (email);',
    'users.id: character varying → text',
    ['users users_email_key UNIQUE (email)'],
  ],
  [
    'a unique constraint of another name',
    'DROP INDEX ix_users_email; ALTER TABLE users ADD CONSTRAINT uq_users_email UNIQUE (email);',
    'index uq_users_email of users: renamed to users_email_key',
    ['users users_email_key UNIQUE (email)'],
  ],
  [
    'an email that is not unique',
    'DROP INDEX ix_users_email; CREATE INDEX ix_users_email ON users (email);',
    'users.email: unique',
    ['CREATE INDEX ix_users_email ON public.users USING btree (email)'],
  ],
  [
    'keys of other names',
    'ALTER TABLE users RENAME CONSTRAINT users_pkey TO pk_users; ALTER TABLE tasks RENAME CONSTRAINT tasks_pkey TO pk_tasks; ALTER TABLE tasks RENAME CONSTRAINT tasks_user_id_fkey TO fk_tasks_user;',
    'constraint pk_users of users: renamed to users_pkey',
  ],
  [
    'a cascading key of another name',
    'ALTER TABLE tasks DROP CONSTRAINT tasks_user_id_fkey; ALTER TABLE tasks ADD CONSTRAINT fk FOREIGN KEY (user_id) REFERENCES users ON DELETE CASCADE ON UPDATE CASCADE;',
    'constraint fk of tasks: renamed to tasks_user_id_fkey',
  ],
  [
    'no keys',
    'ALTER TABLE tasks DROP CONSTRAINT tasks_user_id_fkey, DROP CONSTRAINT tasks_pkey; ALTER TABLE users DROP CONSTRAINT users_pkey; DROP INDEX ix_users_email;',
    'tasks.id: primary key',
  ],
  [
    'two foreign keys',
    'ALTER TABLE tasks ADD CONSTRAINT again FOREIGN KEY (user_id) REFERENCES users;',
    'tasks.user_id: foreign key',
  ],
  ['a collation', 'ALTER TABLE tasks ALTER title TYPE varchar(200) COLLATE "C";', 'tasks.title: collation of the database'],
];

/** What stays: a line of the report, and of the shape afterwards. */
const kept: [title: string, script: string, line: string, shape: string][] = [
  [
    'further columns',
    'ALTER TABLE users ADD image text, ADD email_verified boolean NOT NULL DEFAULT false;',
    'column users.email_verified, boolean',
    'users image text f ',
  ],
  [
    'further indexes',
    'CREATE INDEX ix_tasks_user_id ON tasks (user_id);',
    'index ix_tasks_user_id of tasks',
    'CREATE INDEX ix_tasks_user_id ON public.tasks USING btree (user_id)',
  ],
  [
    'a unique index that Tandem cannot break',
    'ALTER TABLE users ADD github_id text UNIQUE; CREATE UNIQUE INDEX lower_email ON users (lower(email));',
    'index lower_email of users',
    'CREATE UNIQUE INDEX lower_email ON public.users USING btree (lower((email)::text))',
  ],
  [
    'a check',
    `ALTER TABLE tasks ADD CONSTRAINT titled CHECK (title <> '');`,
    'constraint titled of tasks',
    "tasks titled CHECK (((title)::text <> ''::text))",
  ],
  [
    'Better Auth’s tables',
    `CREATE TABLE "user" (id text PRIMARY KEY, email text UNIQUE); CREATE TABLE "session" (id text PRIMARY KEY, "userId" text REFERENCES "user"); CREATE TABLE "account" (id text); CREATE TABLE verification (id text); CREATE TABLE jwks (id text); CREATE TABLE alembic_version (version_num varchar(32) NOT NULL);`,
    'tasks.created_at',
    'session userId text f ',
  ],
  [
    'a table that refers to users',
    'CREATE TABLE notes (id int PRIMARY KEY, user_id varchar REFERENCES users (id));',
    'foreign key of notes',
    'notes notes_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)',
  ],
  [
    'a trigger',
    `CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER noted BEFORE UPDATE ON tasks FOR EACH ROW EXECUTE FUNCTION noted();`,
    'trigger noted of tasks',
    'CREATE TRIGGER noted BEFORE UPDATE ON public.tasks FOR EACH ROW EXECUTE FUNCTION noted()O',
  ],
];

const refused: [title: string, script: string, line: string][] = [
  [
    'a column that no insert fills',
    'ALTER TABLE users ADD age int NOT NULL DEFAULT 1; ALTER TABLE users ALTER age DROP DEFAULT;',
    'the column users.age (integer), which is NOT NULL without a default',
  ],
  [
    'a column of a name that a migration adds',
    'ALTER TABLE tasks ADD version text;',
    'the column tasks.version, of a name that Tandem needs',
  ],
  [
    'a view over a column whose type changes',
    'CREATE VIEW report AS SELECT created_at FROM tasks;',
    'rule _RETURN on view report: it uses tasks.created_at',
  ],
  [
    'a generated column',
    `ALTER TABLE tasks ALTER title TYPE varchar; ALTER TABLE tasks ADD words tsvector GENERATED ALWAYS AS (to_tsvector('simple', title)) STORED;`,
    'it uses tasks.title',
  ],
  [
    'a unique index over what Tandem writes',
    'CREATE UNIQUE INDEX one_title ON tasks (user_id, title);',
    'the unique index one_title of tasks',
  ],
  [
    'a foreign key to another table',
    'CREATE TABLE people (id varchar PRIMARY KEY); INSERT INTO people SELECT id FROM users; ALTER TABLE users ADD CONSTRAINT person FOREIGN KEY (id) REFERENCES people;',
    'the constraint person of users',
  ],
  [
    'a primary key that is not the id',
    'ALTER TABLE tasks DROP CONSTRAINT tasks_pkey, ADD PRIMARY KEY (user_id, id);',
    'the primary key of tasks is not its id',
  ],
  [
    'another index by the name of Tandem’s',
    'CREATE INDEX users_email_key ON users (name);',
    'the index users_email_key, which is not unique',
  ],
  [
    'a check by the name of Tandem’s',
    'ALTER TABLE tasks ADD CONSTRAINT tasks_status_known CHECK (true);',
    "the constraint tasks_status_known, which is not Tandem's",
  ],
  [
    'a function by the name of Tandem’s',
    'CREATE FUNCTION touch_task() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;',
    'the function touch_task, of a name that Tandem needs',
  ],
  [
    'an id from elsewhere',
    `CREATE FUNCTION next_id() RETURNS int LANGUAGE sql AS $$ SELECT 5 $$; ALTER TABLE tasks ALTER id SET DEFAULT next_id();`,
    'the default of tasks.id, which is no sequence',
  ],
  ['rewrite rules', 'CREATE RULE quiet AS ON DELETE TO tasks DO INSTEAD NOTHING;', 'tasks has rewrite rules'],
  ['a table that is not permanent', 'ALTER TABLE tasks SET UNLOGGED;', 'tasks is not a permanent table'],
  ['inherited tables', 'CREATE TABLE archive () INHERITS (tasks);', 'tasks is partitioned, or inherits'],
];

describe('npm run db:adopt brings other shapes of the old tables into Tandem’s', () => {
  let expected: string[];
  const shape = async () => (await readShape(database, 'users', 'tasks')).filter((line) => !line.includes('_legacy_writes'));

  it.each(mended)('%s', async (_, script, line, extra = []) => {
    if (!expected) {
      await open('');
      await database.adopt({ isApplied: true });
      expected = await shape();
      await database.drop();
    }
    await open(script);
    const { text, refusal } = await database.adopt({ isApplied: true });
    expect([text, refusal]).toEqual([expect.stringContaining(line), undefined]);
    expect((await shape()).filter((each) => !extra.includes(each))).toEqual(expected);
    expect((await database.adopt()).text).toMatch(/^There is nothing to do/);
    expect(await database.sql('SELECT count(*)::int AS users, (SELECT count(*)::int FROM tasks) AS tasks FROM users')).toEqual([
      { users: 2, tasks: 3 },
    ]);
    expect(await database.sql(`INSERT INTO tasks (user_id, title) VALUES ('user_1', 'y') RETURNING id`)).toEqual([{ id: 4 }]);
  });

  it.each(kept)('and leaves alone: %s', async (_, script, line, definition) => {
    await open(script);
    expect(await database.adopt({ isApplied: true })).toEqual({ text: expect.stringContaining(line) });
    expect(await readShape(database)).toContain(definition);
  });

  it.each(refused)('and refuses %s, leaving everything as it was', async (_, script, line) => {
    await open(script);
    const before = await readEverything(database);
    const { text, refusal } = await database.adopt({ isApplied: true });
    expect([text.slice(text.indexOf('To be solved first:')), refusal]).toEqual([
      expect.stringContaining(line),
      expect.stringMatching(/nothing was changed/),
    ]);
    expect(await readEverything(database)).toEqual(before);
  });

  it('and refuses what only its own writes bring to light, leaving everything as it was', async () => {
    await open(`CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''not today''; END';
      CREATE TRIGGER no BEFORE INSERT ON tasks FOR EACH ROW EXECUTE FUNCTION no();`);
    const before = await readEverything(database);
    await expect(database.adopt({ isApplied: true })).rejects.toThrow(
      /^Tandem's writes fail on these tables \(not today: INSERT INTO tasks/,
    );
    expect(await readEverything(database)).toEqual(before);
  });

  it('and says that times without a zone need sessions in UTC where they are not', async () => {
    await open('');
    expect((await database.adopt()).text).not.toContain('time zone of new sessions');
    const other = await createLegacyDatabase('', '-c TimeZone=Europe/London');
    await other.sql(legacyTables);
    const { text } = await other.adopt();
    await other.drop();
    expect(text).toMatch(/time zone of new sessions: Europe\/London\. .* ALTER DATABASE "\w+" SET timezone TO 'UTC'/);
  });
});
