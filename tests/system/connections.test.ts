import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { pino } from 'pino';
import { connectTo, createTarget } from '../../src/db/postgres/connection/target.js';
import { openPostgres } from '../../src/db/postgres/open-postgres.js';
import { type Authority, type KeyPair, makeAuthority, setAccess, useCertificate } from '../support/debian/certificates.js';
import { type PgBouncer, startPgBouncer } from '../support/debian/pgbouncer.js';
import { type DebianPostgres, startDebianPostgres, startSynchronousStandby } from '../support/debian-postgres.js';

let folder: string;
let primary: DebianPostgres;
let standby: DebianPostgres;
let authority: Authority;
let client: KeyPair;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tandem-connections-'));
  primary = await startDebianPostgres();
  authority = await makeAuthority(folder, 'authority');
  await useCertificate(primary, await authority.sign('localhost', 'DNS:localhost'), authority.file);
  client = await authority.sign('cert_only');
  for (const role of ['ada', 'tls_only', 'plain_only', 'cert_only'])
    await primary.query(`CREATE ROLE ${role} LOGIN PASSWORD 'pw'`);
  standby = await startSynchronousStandby(primary);
  for (const server of [primary, standby]) {
    await setAccess(server, [
      'hostssl all tls_only 127.0.0.1/32 scram-sha-256',
      'hostnossl all plain_only 127.0.0.1/32 scram-sha-256',
      'hostssl all cert_only 127.0.0.1/32 cert',
      'host all ada 127.0.0.1/32 scram-sha-256',
      'host replication all 127.0.0.1/32 trust',
    ]);
  }
});

afterAll(async () => {
  await standby?.stop();
  await primary?.stop();
  await rm(folder, { recursive: true, force: true });
});

const at = (...servers: { port: number }[]) => servers.map(({ port }) => `127.0.0.1:${port}`).join(',');
const warnings: object[] = [];
const log = { warn: (fields: object) => warnings.push(fields) };

/** Connects, and tells where to. */
async function reach(url: string) {
  const connection = await connectTo(createTarget(url, {}, log));
  const { rows } = await connection.query<{ ssl: boolean; port: number; user: string }>(
    'SELECT ssl, inet_server_port() AS port, current_user AS user FROM pg_stat_ssl WHERE pid = pg_backend_pid()',
  );
  await connection.end();
  return rows[0];
}

describe('sslmode', () => {
  it.each<[string, string, boolean]>([
    ['allow without TLS first', 'ada:pw@HOST/postgres?sslmode=allow', false],
    ['allow with TLS where the server insists', 'tls_only:pw@HOST/postgres?sslmode=allow', true],
    ['no mode on this machine, with TLS where the server insists', 'tls_only:pw@HOST/postgres', true],
    ['prefer with TLS first', 'ada:pw@HOST/postgres?sslmode=prefer', true],
    ['prefer without TLS where the server insists', 'plain_only:pw@HOST/postgres?sslmode=prefer', false],
    ['disable', 'ada:pw@HOST/postgres?sslmode=disable', false],
    ['verify-ca, which does not check the name', 'ada:pw@HOST/postgres?sslmode=verify-ca&sslrootcert=CA', true],
    ['verify-full', 'ada:pw@LOCALHOST/postgres?sslmode=verify-full&sslrootcert=CA', true],
    ['no-verify', 'ada:pw@HOST/postgres?sslmode=no-verify', true],
    ['channel binding', 'ada:pw@HOST/postgres?sslmode=no-verify&channel_binding=require', true],
    ['a certificate of the client', 'cert_only@HOST/postgres?sslmode=no-verify&sslcert=CERT&sslkey=KEY', true],
  ])('connects by %s', async (_, text, ssl) => {
    const url = text
      .replace('LOCALHOST', `localhost:${primary.port}`)
      .replace('HOST', at(primary))
      .replace('CA', authority.file)
      .replace('CERT', client.cert)
      .replace('KEY', client.key);
    expect(await reach(`postgresql://${url}`)).toMatchObject({ ssl, port: primary.port });
  });

  it('falls back to no TLS at a server that has none', async () => {
    await standby.query('ALTER SYSTEM SET ssl = off');
    await standby.query('SELECT pg_reload_conf()');
    expect(await reach(`postgresql://ada:pw@${at(standby)}/postgres?sslmode=prefer`)).toMatchObject({ ssl: false });
  });

  it('reads the certificates anew for each connection', async () => {
    const file = path.join(folder, 'renewed.pem');
    await copyFile((await makeAuthority(folder, 'other')).file, file);
    const target = createTarget(
      `postgresql://ada:pw@localhost:${primary.port}/postgres?sslmode=verify-full&sslrootcert=${file}`,
      {},
      log,
    );
    await expect(connectTo(target)).rejects.toMatchObject({ code: 'SELF_SIGNED_CERT_IN_CHAIN' });
    await copyFile(authority.file, file);
    await (await connectTo(target)).end();
  });
});

describe('several hosts', () => {
  const portFor = (attrs: string, ...servers: { port: number }[]) =>
    reach(`postgresql://ada:pw@${at(...servers)}/postgres?sslmode=disable&target_session_attrs=${attrs}`).then(
      (row) => row?.port,
    );

  it('lead to the one that target_session_attrs asks for, whatever their order', async () => {
    for (const servers of [
      [primary, standby],
      [standby, primary],
    ]) {
      expect(await portFor('any', ...servers)).toBe(servers[0]?.port);
      expect(await portFor('read-write', ...servers)).toBe(primary.port);
      expect(await portFor('primary', ...servers)).toBe(primary.port);
      expect(await portFor('read-only', ...servers)).toBe(standby.port);
      expect(await portFor('standby', ...servers)).toBe(standby.port);
      expect(await portFor('prefer-standby', ...servers)).toBe(standby.port);
    }
    expect(await portFor('prefer-standby', primary)).toBe(primary.port);
    await expect(portFor('standby', primary)).rejects.toMatchObject({ code: '08001' });
  });

  it('may be silent or gone: a pool goes on to the next, and begins there the next time', async () => {
    const silent: Server = createServer((socket) => socket.on('error', () => {}));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as { port: number };
    const url = `postgresql://ada:pw@127.0.0.1:1,127.0.0.1:${port},${at(primary)}/postgres?sslmode=disable&connect_timeout=1`;
    const pool = new pg.Pool({ ...createTarget(url, {}, log).config, max: 5, connectionTimeoutMillis: 5_000 });
    const queries = () => Promise.all(Array.from({ length: 5 }, () => pool.query('SELECT pg_sleep(0.1)')));
    await queries();
    silent.close();
    for (const idle of await Promise.all(Array.from({ length: 5 }, () => pool.connect()))) idle.release(true);
    const began = performance.now();
    await queries();
    expect(performance.now() - began).toBeLessThan(900);
    await pool.end();
  });
});

describe('a pooler that refuses start-up options', () => {
  it('is used without them, and warned about once', async () => {
    const pgbouncer = await startPgBouncer(primary, { poolMode: 'transaction' });
    const target = createTarget(`${pgbouncer.url('postgres')}?options=-c%20work_mem=5MB`, { PGOPTIONS: '-c work_mem=4MB' }, log);
    warnings.length = 0;
    for (let n = 0; n < 2; n++) await (await connectTo(target)).end();
    await pgbouncer.stop();
    const place = `the database postgres at ${new URL(pgbouncer.url('x')).host}`;
    expect(warnings).toEqual([{ warning: `DATABASE_URL, PGOPTIONS: ${place} refuses start-up options; they have no effect.` }]);
  });

  it('does not keep them from a server', async () => {
    const url = `postgresql://ada:pw@${at(primary)}/postgres?options=-c%20work_mem=5MB`;
    const connection = await connectTo(createTarget(url, { PGOPTIONS: '-c work_mem=4MB -c lock_timeout=3s' }, log));
    const { rows } = await connection.query(
      `SELECT current_setting('work_mem') AS memory, current_setting('lock_timeout') AS lock`,
    );
    await connection.end();
    expect(rows).toEqual([{ memory: '5MB', lock: '3s' }]);
  });
});

describe('a start behind a pooler in transaction mode', () => {
  const lines: Record<string, unknown>[] = [];
  const logged = pino({ base: undefined }, { write: (line: string) => lines.push(JSON.parse(line)) });
  let pgbouncer: PgBouncer;
  let console: pg.Client;
  beforeAll(async () => {
    await primary.query('CREATE DATABASE pooled');
    await primary.query(`ALTER DATABASE pooled SET default_transaction_isolation = 'serializable'`);
    pgbouncer = await startPgBouncer(primary, { poolMode: 'transaction', settings: { admin_users: 'postgres' } });
    console = new pg.Client(pgbouncer.url('pgbouncer'));
    await console.connect();
  });
  afterAll(async () => {
    await console.end();
    await pgbouncer.stop();
  });

  it('waits while the pooler is paused, leaves no settings and no LISTEN behind, and says what that costs', async () => {
    await console.query('PAUSE');
    const settings = { url: pgbouncer.url('pooled'), poolSize: 5, schema: 'app', waitMs: 60_000 };
    const db = await openPostgres(settings, logged);
    await console.query('RESUME');
    await db.ready;
    db.notifications?.keepAwake();
    expect(await db.query('SELECT 1 AS n', [])).toEqual([{ n: 1 }]);
    await db.close();
    expect(lines).toMatchObject([
      { msg: 'database.waiting', reason: expect.stringContaining('does not answer in time') },
      { msg: 'database.warning', warning: expect.stringContaining('keeps no limits') },
      { msg: 'database.warning', warning: expect.stringContaining('keeps no settings') },
      { msg: 'database.warning', warning: expect.stringContaining('keeps no LISTEN') },
    ]);
    // In a transaction each, so that every one has a connection of the server to itself.
    const others = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const other = new pg.Client(pgbouncer.url('pooled'));
        await other.connect();
        await other.query('BEGIN');
        return other;
      }),
    );
    for (const other of others) {
      const { rows } = await other.query(
        `SELECT current_setting('search_path') AS path, current_setting('default_transaction_isolation') AS isolation,
           (SELECT count(*)::int FROM pg_listening_channels()) AS channels`,
      );
      expect(rows).toEqual([{ path: '"$user", public', isolation: 'serializable', channels: 0 }]);
      await other.end();
    }
  });
});
