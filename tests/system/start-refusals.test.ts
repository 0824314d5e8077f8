import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Authority, type KeyPair, makeAuthority, setAccess, useCertificate } from '../support/debian/certificates.js';
import { run } from '../support/debian/daemon.js';
import { type PgBouncer, startPgBouncer } from '../support/debian/pgbouncer.js';
import { type DebianPostgres, startDebianPostgres } from '../support/debian-postgres.js';
import { refusedStart } from '../support/refused-start.js';

const password = 'hunter2';
let folder: string;
let postgres: DebianPostgres;
let pgbouncer: PgBouncer;
let authority: Authority;
let stranger: Authority;
let client: KeyPair;
let foreignClient: KeyPair;
let encryptedKey: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tandem-tls-'));
  postgres = await startDebianPostgres();
  [authority, stranger] = [await makeAuthority(folder, 'authority'), await makeAuthority(folder, 'stranger')];
  await useCertificate(postgres, await authority.sign('db.internal', 'DNS:db.internal,DNS:localhost'), authority.file);
  [client, foreignClient] = [await authority.sign('ada'), await stranger.sign('ada')];
  encryptedKey = path.join(folder, 'encrypted.key');
  await run('openssl', ['pkcs8', '-topk8', '-in', client.key, '-out', encryptedKey, '-passout', 'pass:swordfish']);
  await setAccess(postgres, [
    'hostssl all tls_only 127.0.0.1/32 scram-sha-256',
    'hostnossl all plain_only 127.0.0.1/32 scram-sha-256',
    'hostssl all cert_only 127.0.0.1/32 cert',
    'host all rejected 127.0.0.1/32 reject',
    'host all ident_only 127.0.0.1/32 ident',
    'host all md5_only 127.0.0.1/32 md5',
    'host all ada,expired 127.0.0.1/32 scram-sha-256',
  ]);
  for (const role of ['ada', 'tls_only', 'plain_only', 'cert_only', 'rejected', 'ident_only', 'expired'])
    await postgres.query(`CREATE ROLE ${role} LOGIN PASSWORD '${password}'`);
  await postgres.query(`ALTER ROLE expired VALID UNTIL '2020-01-01'`);
  await postgres.query(`SET password_encryption = 'md5'; CREATE ROLE md5_only LOGIN PASSWORD '${password}'`);
  const server = `host=${postgres.socketFolder} port=${postgres.port}`;
  const databases = [`known = ${server} dbname=postgres`, `lost = ${server} dbname=nope`];

  pgbouncer = await startPgBouncer(postgres, { poolMode: 'transaction', databases });
});

afterAll(async () => {
  await pgbouncer?.stop();
  await postgres?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A broken set-up, its URL, and the line that the start prints after `DATABASE_URL: `. */
const table: [string, () => string, () => string][] = [];
const row = (title: string, broken: () => string, line: () => string) => table.push([title, broken, line]);
const urlOf = (role: string, parameters = '', host = '127.0.0.1') =>
  `postgresql://${role}:${password}@${host}:${postgres.port}/postgres?${parameters}`;
const place = (host = '127.0.0.1') => `the database postgres at ${host}:${postgres.port}`;
const pooled = (name: string, user = 'postgres') => `${pgbouncer.url(name).replace('postgres@', `${user}:${password}@`)}`;
const pooler = (name: string) => `the database ${name} at ${new URL(pgbouncer.url(name)).host}`;

row(
  'a certificate of an authority that nobody knows',
  () => urlOf('ada', 'sslmode=require', 'localhost'),
  () =>
    `${place('localhost')} has a certificate that no authority that Node knows signed (SELF_SIGNED_CERT_IN_CHAIN); set sslrootcert to the file of the authority’s certificate; sslmode=no-verify encrypts without a check.`,
);
row(
  'a certificate of another authority than that of sslrootcert',
  () => urlOf('ada', `sslmode=verify-ca&sslrootcert=${stranger.file}`),
  () =>
    `${place()} has a certificate that no authority of ${stranger.file} (sslrootcert) signed (SELF_SIGNED_CERT_IN_CHAIN); set sslrootcert to the file of the authority’s certificate; sslmode=no-verify encrypts without a check.`,
);
row(
  'a certificate for another host',
  () => urlOf('ada', `sslmode=verify-full&sslrootcert=${authority.file}`),
  () =>
    `${place()} has a certificate for other names: DNS:db.internal, DNS:localhost; connect by one of these names, or set sslrootcert and sslmode=verify-ca, which does not check the name.`,
);
row(
  'a server that asks for a certificate of its client',
  () => urlOf('cert_only', 'sslmode=no-verify'),
  () => `${place()} asks for a certificate of this client; set sslcert and sslkey.`,
);
row(
  'a client’s certificate of an authority that the server does not know',
  () => urlOf('ada', `sslmode=no-verify&sslcert=${foreignClient.cert}&sslkey=${foreignClient.key}`),
  () =>
    `${place()} does not accept the certificate of sslcert (ERR_SSL_TLSV1_ALERT_UNKNOWN_CA); sslcert must be signed by an authority in the server’s ssl_ca_file.`,
);
row(
  'a key that belongs to another certificate',
  () => urlOf('ada', `sslmode=no-verify&sslcert=${client.cert}&sslkey=${foreignClient.key}`),
  () => `sslkey: ${foreignClient.key} is not the key of the certificate ${client.cert} (sslcert).`,
);
row(
  'an encrypted key without its password',
  () => urlOf('ada', `sslmode=no-verify&sslcert=${client.cert}&sslkey=${encryptedKey}`),
  () => `sslkey: ${encryptedKey} is encrypted: sslpassword must be its password.`,
);
row(
  'pg_hba.conf that lets the role in with TLS only',
  () => urlOf('tls_only', 'sslmode=disable'),
  () =>
    `${place()} does not let tls_only in (“no pg_hba.conf entry for host "127.0.0.1", user "tls_only", database "postgres", no encryption”); add a line for this role, database and address to pg_hba.conf, or set sslmode=require.`,
);
row(
  'pg_hba.conf that lets the role in without TLS only',
  () => urlOf('plain_only', 'sslmode=no-verify'),
  () =>
    `${place()} does not let plain_only in (“no pg_hba.conf entry for host "127.0.0.1", user "plain_only", database "postgres", SSL encryption”); add a line for this role, database and address to pg_hba.conf, or set sslmode=disable.`,
);
row(
  'pg_hba.conf that rejects the role with and without TLS',
  () => urlOf('rejected', 'sslmode=prefer'),
  () =>
    `${place()} does not let rejected in (“pg_hba.conf rejects connection for host "127.0.0.1", user "rejected", database "postgres", no encryption”); add a line for this role, database and address to pg_hba.conf.`,
);
row(
  'a method that asks the operating system for the user',
  () => urlOf('ident_only', 'sslmode=disable'),
  () =>
    `${place()} does not let ident_only in (“Ident authentication failed for user "ident_only"”); correct user and password, or the method in pg_hba.conf.`,
);
row(
  'a password that has expired',
  () => urlOf('expired'),
  () =>
    `${place()} refuses the password of expired; correct user and password; one that has expired is refused alike: ALTER ROLE "expired" VALID UNTIL 'infinity'.`,
);
row(
  'a password that allows no channel binding',
  () => urlOf('md5_only', 'sslmode=no-verify&channel_binding=require'),
  () =>
    `${place()} offers no channel binding, which channel_binding=require asks for; connect past a pooler, give the role a password of scram-sha-256, or set channel_binding=prefer.`,
);
row(
  'a pooler without TLS',
  () => `${pooled('known')}?sslmode=require`,
  () =>
    `${pooler('known')} has no TLS, which sslmode asks for; switch ssl on in postgresql.conf, or set sslmode=disable on a network that you trust.`,
);
row(
  'a pooler that does not know the database',
  () => pooled('unknown'),
  () =>
    `${pooler('unknown')} is unknown to the pooler (“no such database: unknown”); add it to [databases] of pgbouncer.ini, or correct the name.`,
);
row(
  'a pooler that does not know the role',
  () => pooled('known', 'nobody'),
  () =>
    `${pooler('known')} does not let nobody in (“"trust" authentication failed”); correct user and password, and see auth_file or auth_query in pgbouncer.ini.`,
);
row(
  'a pooler whose server does not have the database',
  () => pooled('lost'),
  () =>
    `${pooler('lost')} does not exist on the server behind the pooler (“database "nope" does not exist”); create it there, or correct dbname= in pgbouncer.ini.`,
);

describe('the start fails with one line, exit code 1 and no part of the password, for', () => {
  it.each(table)('%s', async (_, broken, line) => {
    const { code, said } = await refusedStart({ DATABASE_URL: broken(), DATABASE_WAIT: 'off' });
    expect(said).toBe(`Tandem cannot start: DATABASE_URL: ${line()}\n`);
    expect(code).toBe(1);
    expect(said).not.toMatch(/hunter2|swordfish/);
  });

  it('a certificate that has expired', async () => {
    await useCertificate(postgres, await authority.sign('old', 'DNS:localhost', -1), authority.file);
    const DATABASE_URL = urlOf('ada', `sslmode=verify-full&sslrootcert=${authority.file}`, 'localhost');
    expect(await refusedStart({ DATABASE_URL, DATABASE_WAIT: 'off' })).toEqual({
      code: 1,
      said: `Tandem cannot start: DATABASE_URL: ${place('localhost')} has a certificate that has expired; renew the server’s certificate; sslmode=no-verify encrypts without a check.\n`,
    });
  });
});
