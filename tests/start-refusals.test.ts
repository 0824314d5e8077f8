import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { pino } from 'pino';
import { StartError } from '../src/core/start-error.js';
import { openDatabase } from '../src/db/open-database.js';
import { testConfig } from './support/app.js';
import { createPostgresDatabase } from './support/databases.js';
import { refusedStart } from './support/refused-start.js';

const { hostname: host, port } = new URL(process.env.TEST_SERVER_URL ?? '');
const at = `${host}:${port}`;
const id = randomBytes(4).toString('hex');
const role = (name: string) => `${name}_${id}`;
const database = (name: string) => `broken_${name}_${id}`;
let folder: string;
let url: string;
let emptyUrl: string;
let oldUrl: string;
const drops: (() => Promise<void>)[] = [];
const servers: Server[] = [];
const ports: Record<string, number> = {};

async function query(text: string, target = process.env.TEST_SERVER_URL): Promise<void> {
  const client = new pg.Client(target);
  await client.connect();
  await client.query(text).finally(() => client.end());
}

async function serve(name: string, server: Server): Promise<void> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ports[name] = (server.address() as AddressInfo).port;
}

const roles = ['nologin', 'limited', 'stranger', 'reader', 'creator', 'writer'].map(role);
// What the last migration but two did, and its record.
const undone = `DROP INDEX tasks_user_id_status_created_at_id_idx;
  DELETE FROM _prisma_migrations WHERE migration_name = '20261125234512_index_status'`;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tandem-refusals-'));
  await writeFile(path.join(folder, 'garbage.pem'), 'hunter2');
  const [migrated, empty, old] = [
    await createPostgresDatabase(),
    await createPostgresDatabase(''),
    await createPostgresDatabase(),
  ];
  [url, emptyUrl, oldUrl] = [migrated.url, empty.url, old.url];
  drops.push(migrated.drop, empty.drop, old.drop);
  for (const name of roles) await query(`CREATE ROLE ${name} LOGIN`);
  await query(`ALTER ROLE ${role('nologin')} NOLOGIN; ALTER ROLE ${role('limited')} CONNECTION LIMIT 0`);
  await query(`REVOKE CREATE ON SCHEMA public FROM PUBLIC`, emptyUrl);
  await query(`GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role('reader')}`, url);
  await query(`${undone}; GRANT ALL ON ALL TABLES IN SCHEMA public TO ${role('writer')}`, oldUrl);
  await query(`GRANT CREATE ON SCHEMA public TO ${role('writer')}`, oldUrl);
  await query(`CREATE DATABASE ${database('closed')}`);
  await query(`REVOKE CONNECT ON DATABASE ${database('closed')} FROM PUBLIC`);
  await query(`CREATE DATABASE ${database('ascii')} ENCODING SQL_ASCII TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'`);
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => sockets.add(socket.on('error', () => {}));
  await serve(
    'silent',
    createServer(keep).on('close', () => {}),
  );
  await serve(
    'closing',
    createServer((socket) => socket.end()),
  );
  await serve(
    'ssh',
    createServer((socket) => keep(socket) && socket.write('SSH-2.0-OpenSSH_9.2\r\n')),
  );
  await serve(
    'http',
    createHttpServer((_, response) => response.end('hello')),
  );
  drops.push(async () => {
    for (const socket of sockets) socket.destroy();
  });
});

afterAll(async () => {
  for (const drop of drops) await drop();
  for (const server of servers) server.close();
  await query(`DROP DATABASE ${database('closed')}`);
  await query(`DROP DATABASE ${database('ascii')}`);
  for (const name of roles) await query(`DROP ROLE ${name}`);
  await rm(folder, { recursive: true, force: true });
});

/** The URL of a database of the test server. */
const urlOf = (user: string, parameters = '', target = url) =>
  `postgresql://${user}:hunter2@${at}${new URL(target).pathname}${parameters}`;
const nameOf = (target: string) => new URL(target).pathname.slice(1);
const database_ = () => nameOf(url);

/** A broken set-up, its URL, and the line that the start prints after `DATABASE_URL: `. */
const table: [string, () => string, () => string][] = [];
const row = (title: string, broken: () => string, line: () => string) => table.push([title, broken, line]);
const elsewhere = (name: string, parameters = '') => `postgresql://ada:hunter2@127.0.0.1:${ports[name]}/tasks${parameters}`;
const notPostgres = (name: string) =>
  `the database tasks at 127.0.0.1:${ports[name]} does not exist: what listens on the port does not speak PostgreSQL’s protocol; correct host and port.`;

row(
  'a port on which nothing listens',
  () => 'postgresql://ada:hunter2@127.0.0.1:1/tasks',
  () =>
    'the database tasks at 127.0.0.1:1 cannot be reached: nothing listens on the port (ECONNREFUSED); start PostgreSQL (listen_addresses in postgresql.conf), or correct host and port.',
);
row(
  'several hosts on which nothing listens',
  () => 'postgresql://ada:hunter2@127.0.0.1:1,[::1]:2/tasks?sslmode=prefer',
  () =>
    'the database tasks at 127.0.0.1:1 cannot be reached: nothing listens on the port (ECONNREFUSED), and at [::1]:2 cannot be reached: nothing listens on the port (ECONNREFUSED); start PostgreSQL (listen_addresses in postgresql.conf), or correct host and port.',
);
row(
  'a host that no name server knows',
  () => 'postgresql://ada:hunter2@nowhere.invalid/tasks',
  () => 'the database tasks at nowhere.invalid:5432 cannot be reached: no host has this name (ENOTFOUND); correct the host.',
);
row(
  'a folder without a socket',
  () => `postgresql://ada:hunter2@/tasks?host=${folder}`,
  () =>
    `the database tasks at ${folder}/.s.PGSQL.5432 cannot be reached: there is no socket (ENOENT); start PostgreSQL, or correct the folder in host=.`,
);
row(
  'a host that is silent',
  () => elsewhere('silent', '?connect_timeout=1'),
  () =>
    `the database tasks at 127.0.0.1:${ports.silent} does not answer in time; correct host and port, see that no firewall drops the packets, or raise connect_timeout.`,
);
row(
  'a host that closes the connection',
  () => elsewhere('closing'),
  () =>
    `the database tasks at 127.0.0.1:${ports.closing} closes the connection before it answers; see that PostgreSQL listens on the port, and its log.`,
);
row(
  'an HTTP server',
  () => elsewhere('http'),
  () => notPostgres('http'),
);
row(
  'an HTTP server that TLS is asked of',
  () => elsewhere('http', '?sslmode=require'),
  () => notPostgres('http'),
);
row(
  'an SSH server',
  () => elsewhere('ssh'),
  () => notPostgres('ssh'),
);
row(
  'a server without TLS',
  () => urlOf('postgres', '?sslmode=require'),
  () =>
    `the database ${database_()} at ${at} has no TLS, which sslmode asks for; switch ssl on in postgresql.conf, or set sslmode=disable on a network that you trust.`,
);
row(
  'a certificate file that is missing',
  () => urlOf('postgres', `?sslrootcert=${folder}/missing.pem`),
  () => `sslrootcert: ${folder}/missing.pem cannot be read: no such file or directory (ENOENT) for user ${process.getuid?.()}.`,
);
row(
  'a certificate file without a certificate',
  () => urlOf('postgres', `?sslrootcert=${folder}/garbage.pem`),
  () => `sslrootcert: ${folder}/garbage.pem holds no certificate in the PEM format.`,
);
row(
  'a wrong password',
  () => urlOf('guarded'),
  () =>
    `the database ${database_()} at ${at} refuses the password of guarded; correct user and password; one that has expired is refused alike: ALTER ROLE "guarded" VALID UNTIL 'infinity'.`,
);
row(
  'no password',
  () => `postgresql://guarded@${at}/${database_()}`,
  () =>
    `the database ${database_()} at ${at} asks for the password of guarded, and there is none; write postgresql://USER:PASSWORD@HOST/DATABASE, or set PGPASSWORD.`,
);
row(
  'a role that does not exist',
  () => urlOf(role('nobody')),
  () =>
    `the database ${database_()} at ${at} has no role ${role('nobody')}; CREATE ROLE "${role('nobody')}" LOGIN PASSWORD '…'; or correct the name.`,
);
row(
  'a role that may not log in',
  () => urlOf(role('nologin')),
  () =>
    `the database ${database_()} at ${at} does not let ${role('nologin')} in (“role "${role('nologin')}" is not permitted to log in”); ALTER ROLE "${role('nologin')}" LOGIN, or CREATE ROLE.`,
);
row(
  'a role without connections left',
  () => urlOf(role('limited')),
  () =>
    `the database ${database_()} at ${at} has no connection left (“too many connections for role "${role('limited')}"”); lower DATABASE_POOL, raise the limit (max_connections, ALTER ROLE … CONNECTION LIMIT), or use a pooler.`,
);
row(
  'a database that does not exist',
  () => `postgresql://postgres:hunter2@${at}/nope`,
  () =>
    `the database nope at ${at} does not exist; create it: CREATE DATABASE "nope" ENCODING 'UTF8' TEMPLATE template0; or correct the name.`,
);
row(
  'a database that takes no connections',
  () => `postgresql://postgres:hunter2@${at}/template0`,
  () =>
    `the database template0 at ${at} takes no connections (“database "template0" is not currently accepting connections”); use another database.`,
);
row(
  'a role that may not connect to the database',
  () => urlOf(role('stranger'), '', `postgresql://x/${database('closed')}`),
  () =>
    `the database ${database('closed')} at ${at} does not let ${role('stranger')} in (“permission denied for database "${database('closed')}"”); GRANT CONNECT ON DATABASE "${database('closed')}" TO "${role('stranger')}".`,
);
row(
  'a start-up option that does not exist',
  () => urlOf('postgres', '?options=-c%20nosuch=1'),
  () =>
    `the database ${database_()} at ${at} refuses the start-up options (“unrecognized configuration parameter "nosuch"”); correct options= or PGOPTIONS.`,
);
row(
  'a server that is no standby',
  () => urlOf('postgres', '?target_session_attrs=standby'),
  () =>
    `the database ${database_()} at ${at} is not what target_session_attrs=standby asks for; name all hosts of the cluster, or wait for its failover.`,
);
row(
  'a database whose encoding is not UTF8',
  () => urlOf('postgres', '', `postgresql://x/${database('ascii')}`),
  () => "the database's encoding SQL_ASCII cannot hold every text; create a database with ENCODING UTF8 TEMPLATE template0.",
);
row(
  'a search path without a schema',
  () => urlOf('postgres', '?options=-c%20search_path=nowhere'),
  () => 'the search_path of the role names no schema that exists and that it may use; set DATABASE_SCHEMA.',
);
row(
  'a role that may not make tables',
  () => urlOf(role('creator'), '', emptyUrl),
  () =>
    `the database ${nameOf(emptyUrl)} at ${at} lacks rights for ${role('creator')} (“permission denied for schema public”); GRANT USAGE, CREATE ON SCHEMA public TO "${role('creator')}".`,
);
row(
  'a role that may not see which migrations were applied',
  () => urlOf(role('creator')),
  () =>
    `the database ${database_()} at ${at} lacks rights for ${role('creator')} (“permission denied for table _prisma_migrations”); grant them, or name a role that has them in DATABASE_DIRECT_URL.`,
);

row(
  'a role that must migrate, and does not own the tables',
  () => urlOf(role('writer'), '', oldUrl),
  () =>
    'The database could not be migrated: 20261125234512_index_status: must be owner of table tasks; migrate as the owner of the tables: DATABASE_DIRECT_URL',
);

/** @returns what the start would say of a database. `tests/start.test.ts` shows how it says it. */
async function refusalOf(DATABASE_URL: string): Promise<string> {
  const opening = openDatabase(testConfig({ DATABASE_URL, DATABASE_WAIT: 'off' }), pino({ level: 'silent' }));
  const error: unknown = await opening.then(
    (db) => db.close().then(() => new Error('it was opened')),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StartError);
  return (error as StartError).message;
}

describe('the start fails with one line, and no part of the password, for', () => {
  it.each(table)('%s', async (_, broken, line) => {
    const message = await refusalOf(broken());
    expect(message.replace('DATABASE_URL: ', '')).toBe(line());
    expect(message).not.toContain('hunter2');
  });

  // npm brings no old server: a relay changes the version that a new one tells.
  it('a server that is too old', async () => {
    const client = new pg.Client(url);
    await client.connect();
    const { rows } = await client.query<{ version: string }>(`SELECT current_setting('server_version_num') AS version`);
    await client.end();
    const relay = createServer((socket) => {
      const server = connect(Number(port), host);
      for (const end of [socket, server]) end.on('error', () => {});
      socket.pipe(server);
      const told = rows[0]?.version ?? '';
      server.on('data', (data) => socket.write(data.toString('latin1').replace(told, '120022'), 'latin1'));
      server.on('end', () => socket.end());
    });
    await serve('relay', relay);
    const DATABASE_URL = `postgresql://postgres:hunter2@127.0.0.1:${ports.relay}/${database_()}`;
    expect(await refusalOf(DATABASE_URL)).toBe('DATABASE_URL: the server is PostgreSQL 12; use version 13 or newer.');
  });

  it('a role without rights on our tables, each of them named', async () => {
    expect(await refusalOf(urlOf(role('reader')))).toMatch(
      /^DATABASE_URL: the role "reader_\w+" lacks rights in the schema public: .*; INSERT, UPDATE, DELETE on tasks; USAGE on tasks_id_seq; .*; INSERT, UPDATE, DELETE on users; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "public" TO "reader_\w+"; GRANT USAGE ON ALL SEQUENCES IN SCHEMA "public" TO "reader_\w+"\.$/,
    );
  });

  it('a URL with several faults, a line for each', async () => {
    const { code, said } = await refusedStart({
      DATABASE_URL: 'postgresql://ada:hunter2@db:hunter2/tasks?sslmode=on&connect_timeout=soon',
    });
    expect(code).toBe(1);
    expect(said.split('\n').sort()).toEqual([
      '',
      'Tandem cannot start: DATABASE_URL has a connect_timeout that is not a whole number from -1 to 600.',
      'Tandem cannot start: DATABASE_URL has a port that is not a whole number from 1 to 65535.',
      'Tandem cannot start: DATABASE_URL has an unknown sslmode; it is one of disable, allow, prefer, require, verify-ca, verify-full, no-verify.',
    ]);
  });
});
