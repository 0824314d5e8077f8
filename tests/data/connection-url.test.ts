import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addressOf, connectionUrlFaults, parseConnectionUrl } from '../../src/db/postgres/connection/connection-url.js';
import { directUrlOf } from '../../src/db/postgres/connection/url-text.js';

/** The ways to the database, for people: `db:5432 plain`, `db:5432 verify-full`. */
const waysOf = (url: string, environment = {}) =>
  parseConnectionUrl(url, environment).candidates.map((candidate) => `${addressOf(candidate)} ${candidate.tls?.mode ?? 'plain'}`);

describe('a connection URL names hosts as libpq does', () => {
  it.each<[string, string[]]>([
    ['postgresql://ada@db.example/tasks', ['db.example:5432']],
    ['postgres://db.example:5433', ['db.example:5433']],
    ['postgresql:///tasks', ['localhost:5432']],
    ['postgresql://', ['localhost:5432']],
    ['postgresql://ada:pw@[2001:db8::1]:5433/tasks', ['[2001:db8::1]:5433']],
    ['postgresql://ada:pw@[fe80::1%25eth0]/tasks', ['[fe80::1%eth0]:5432']],
    ['postgresql://a:1,b,[::1]:3/tasks', ['a:1', 'b:5432', '[::1]:3']],
    ['postgresql://ada:pw@/tasks?host=/run/postgresql', ['/run/postgresql/.s.PGSQL.5432']],
    ['postgresql://%2Frun%2Fpostgresql:5433/tasks', ['/run/postgresql/.s.PGSQL.5433']],
    ['postgresql://ada:pw@localhost/tasks?host=/cloudsql/project:region:db', ['/cloudsql/project:region:db/.s.PGSQL.5432']],
    ['postgresql:///tasks?host=a,b&port=1,2', ['a:1', 'b:2']],
    ['postgresql://a,b/tasks?port=5433', ['a:5433', 'b:5433']],
  ])('%s', (url, addresses) => {
    const { candidates, description } = parseConnectionUrl(`${url}${url.includes('?') ? '&' : '?'}sslmode=disable`);
    expect(candidates.map(addressOf)).toEqual(addresses);
    expect(description).toMatch(/^the database \w+ at /);
    expect(description.endsWith(addresses.join(', '))).toBe(true);
  });

  it('and leaves open what the environment says', () => {
    const environment = { PGHOST: 'db.example', PGPORT: '5433', PGUSER: 'ada', PGPASSWORD: 'pw', PGDATABASE: 'tasks' };
    const { user, database, password, candidates } = parseConnectionUrl('postgresql://', environment);
    expect([user, database, password?.(), candidates[0] && addressOf(candidates[0])]).toEqual([
      ...['ada', 'tasks', 'pw', 'db.example:5433'],
    ]);
    expect(parseConnectionUrl('postgresql://eve@db/x', environment)).toMatchObject({ user: 'eve', database: 'x' });
  });

  it('with each part percent-encoded', () => {
    const settings = parseConnectionUrl('postgresql://a%40d:p%3Aw%2F%2B@d%62/t%2Fa?application_name=a%26b&options=-c%20a=b+c');
    expect(settings).toMatchObject({ user: 'a@d', database: 't/a', applicationName: 'a&b', options: '-c a=b+c' });
    expect(settings.password?.()).toBe('p:w/+');
  });

  it('with user, password, database and others as parameters, which override the rest', () => {
    const settings = parseConnectionUrl('postgresql://eve:x@other:1/y?user=ada&password=pw&host=db&port=5433&dbname=tasks');
    expect(settings).toMatchObject({ user: 'ada', database: 'tasks', description: 'the database tasks at db:5433' });
    expect(settings.password?.()).toBe('pw');
  });
});

describe('sslmode', () => {
  const ca = 'sslrootcert=/ca.pem';
  it.each<[string, string[]]>([
    ['sslmode=disable', ['plain']],
    ['sslmode=allow', ['plain', 'encrypt']],
    ['sslmode=prefer', ['encrypt', 'plain']],
    ['sslmode=require', ['verify-full']],
    [`sslmode=verify-ca&${ca}`, ['verify-ca']],
    ['sslmode=verify-full', ['verify-full']],
    ['sslmode=no-verify', ['encrypt']],
    ['', ['encrypt', 'plain']],
    [ca, ['verify-full']],
    ['sslrootcert=system', ['verify-full']],
    [`sslmode=prefer&${ca}`, ['verify-ca', 'plain']],
    [`sslmode=require&${ca}`, ['verify-full']],
    ['sslmode=require&uselibpqcompat=true', ['encrypt']],
    ['sslmode=require&sslaccept=accept_invalid_certs', ['encrypt']],
    ['sslmode=prefer&sslaccept=strict', ['verify-full']],
    ['ssl=true', ['verify-full']],
    ['ssl=0', ['plain']],
    ['sslmode=require&channel_binding=require', ['verify-full']],
  ])('of %s tries %j', (parameters, modes) => {
    const url = `postgresql://ada:pw@db/tasks?${parameters}`;
    expect(waysOf(url)).toEqual(modes.map((mode) => `db:5432 ${mode}`));
    expect(parseConnectionUrl(url).warnings).toEqual([]);
  });

  it('encrypts nothing on this machine unless the server insists, and never on a socket', () => {
    expect(waysOf('postgresql://127.0.0.1/tasks')).toEqual(['127.0.0.1:5432 plain', '127.0.0.1:5432 encrypt']);
    expect(waysOf('postgresql:///tasks?host=/run&sslmode=require')).toEqual(['/run/.s.PGSQL.5432 plain']);
  });

  it('tries each host with both encryptions', () => {
    expect(waysOf('postgresql://a,b/tasks?sslmode=prefer')).toEqual([
      ...['a:5432 encrypt', 'a:5432 plain', 'b:5432 encrypt', 'b:5432 plain'],
    ]);
  });

  it('comes from PGSSLMODE where the URL says nothing', () => {
    expect(waysOf('postgresql://db/tasks', { PGSSLMODE: 'verify-full' })).toEqual(['db:5432 verify-full']);
    expect(waysOf('postgresql://db/tasks?sslmode=disable', { PGSSLMODE: 'verify-full' })).toEqual(['db:5432 plain']);
    expect(connectionUrlFaults('postgresql://db/tasks', { PGSSLMODE: 'on' })[0]).toMatch(
      /^has an unknown PGSSLMODE; it is one of /,
    );
  });
});

describe('a parameter of a connection URL', () => {
  it.each<[string, object]>([
    ['target_session_attrs=read-write', { targetSessionAttrs: 'read-write' }],
    ['connect_timeout=3', { connectTimeoutMs: 3000 }],
    ['connect_timeout=-1', { connectTimeoutMs: 0 }],
    ['application_name=a%20b', { applicationName: 'a b' }],
    ['channel_binding=require', { channelBinding: 'require' }],
    ['options=-c%20work_mem%3D8MB', { options: '-c work_mem=4MB -c work_mem=8MB' }],
    ['schema=app', { schema: 'app' }],
    ['connection_limit=5&pool_timeout=10', { connectionLimit: 5, poolTimeoutMs: 10_000 }],
    ['pgbouncer=true', { isPgBouncer: true, usesPreparedStatements: true }],
    ['statement_cache_size=0', { isPgBouncer: false, usesPreparedStatements: false }],
    ['client_encoding=UTF-8', {}],
  ])('has its effect: %s', (parameter, settings) => {
    const url = `postgresql://ada:pw@db/tasks?${parameter}`;
    expect(parseConnectionUrl(url, { PGOPTIONS: '-c work_mem=4MB' })).toMatchObject({ ...settings, warnings: [] });
  });

  it('without an effect is named in one warning, its value is not', () => {
    const url = 'postgresql://ada:pw@db/tasks?socket_timeout=5&schema=app&gssencmode=prefer&x_y=hunter2';
    expect(parseConnectionUrl(url).warnings).toEqual([
      'DATABASE_URL: these parameters have no effect: socket_timeout, gssencmode, x_y.',
    ]);
  });

  it.each([
    ['sslmode=on', 'has an unknown sslmode; it is one of disable, allow, prefer, require, verify-ca, verify-full, no-verify'],
    ['channel_binding=maybe', 'has an unknown channel_binding; it is one of disable, prefer, require'],
    [
      'target_session_attrs=master',
      expect.stringMatching(/^has an unknown target_session_attrs; it is one of any, read-write, /),
    ],
    ['port=5433.5', 'has a port that is not a whole number from 1 to 65535'],
    ['port=0', 'has a port that is not a whole number from 1 to 65535'],
    ['port=1,2', 'has a list of ports that is not as long as its list of hosts'],
    ['host=a%20b', expect.stringMatching(/^has a host that is no host name/)],
    ['connect_timeout=3s', 'has a connect_timeout that is not a whole number from -1 to 600'],
    ['connection_limit=0', 'has a connection_limit that is not a whole number from 1 to 1000'],
    ['pgbouncer=yes', 'has an unknown pgbouncer; it is one of true, false'],
    ['client_encoding=LATIN1', 'has a client_encoding other than UTF8'],
    ['sslcert=/c.pem', expect.stringMatching(/^has sslcert without sslkey/)],
    ['sslkey=/k.pem', 'has sslkey without sslcert'],
    ['sslmode=verify-ca', expect.stringMatching(/^has sslmode=verify-ca without sslrootcert/)],
    ['sslmode=prefer&sslrootcert=system', 'has sslrootcert=system, which needs sslmode=verify-full'],
    ['sslmode=allow&sslnegotiation=direct', 'has sslnegotiation=direct, which needs sslmode=require, verify-ca or verify-full'],
    ['sslmode=disable&channel_binding=require', 'has channel_binding=require, which needs TLS'],
    ['pgbouncer', expect.stringMatching(/^has a parameter that is not name=value/)],
    ['application_name=%zz', expect.stringMatching(/^has a % that encodes nothing; encode what is special in the password/)],
    ['application_name=%00', expect.stringMatching(/^has a % that encodes nothing/)],
  ])('that is wrong is a fault: %s', (parameter, fault) => {
    expect(connectionUrlFaults(`postgresql://ada:pw@db/tasks?${parameter}`)).toEqual([fault]);
    expect(() => parseConnectionUrl(`postgresql://ada:pw@db/tasks?${parameter}`)).toThrow('DATABASE_URL has');
  });

  it('is a fault together with the others', () => {
    const faults = connectionUrlFaults('postgresql://db:x/tasks?sslmode=on&connect_timeout=soon');
    expect(faults).toHaveLength(3);
  });
});

describe('a password', () => {
  const specials = [...' !"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~é\n'];
  const everythingSaid = (url: string): string => {
    const faults = connectionUrlFaults(url);
    if (faults.length) return faults.join('\n');
    const settings = parseConnectionUrl(url);
    return `${settings.description}\n${settings.warnings.join('\n')}\n${JSON.stringify(settings.candidates)}`;
  };

  it('is read as it was encoded, and is in no text of the settings', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !text.includes('\0')),
        (password) => {
          for (const url of [
            `postgresql://ada:${encodeURIComponent(password)}@db/tasks`,
            `postgresql://ada@db/tasks?password=${encodeURIComponent(password)}`,
          ]) {
            const settings = parseConnectionUrl(url);
            expect(settings.password?.()).toBe(password);
            expect(JSON.stringify(settings)).toBe(JSON.stringify(parseConnectionUrl('postgresql://ada:x@db/tasks')));
          }
        },
      ),
    );
  });

  it('that holds special characters as they are is in no message', () => {
    for (const a of specials) {
      for (const b of specials) {
        for (const c of ['', '=', '/', '1']) {
          const password = `${a}hunter2${b}swordfish${c}`;
          for (const rest of ['db.example/tasks?sslmode=require', 'a:1,b:2']) {
            expect(everythingSaid(`postgresql://ada:${password}@${rest}`)).not.toMatch(/hunter2|swordfish/);
          }
          expect(everythingSaid(`postgresql://ada@db/tasks?password=${password}&schema=x`)).not.toMatch(/hunter2|swordfish/);
        }
      }
    }
  });
});

describe('the direct URL', () => {
  const pooled =
    'postgresql://ada:p-pooler.neon.tech@ep-cool-rain-123-pooler.us-east-2.aws.neon.tech/tasks?sslmode=require&x=-pooler';
  it.each([
    [pooled, 'postgresql://ada:p-pooler.neon.tech@ep-cool-rain-123.us-east-2.aws.neon.tech/tasks?sslmode=require&x=-pooler'],
    ['postgresql://ep-a-pooler.eu.neon.tech:5432', 'postgresql://ep-a.eu.neon.tech:5432'],
    ['postgresql://ep-a.eu.neon.tech/tasks', 'postgresql://ep-a.eu.neon.tech/tasks'],
    ['postgresql://db-pooler.example/tasks', 'postgresql://db-pooler.example/tasks'],
    ['postgresql://x-pooler.neon.tech.evil.example/tasks', 'postgresql://x-pooler.neon.tech.evil.example/tasks'],
  ])('of %s is %s', (url, direct) => {
    expect(directUrlOf(url)).toBe(direct);
    expect(parseConnectionUrl(url).isNeon).toBe(/neon\.tech(:\d+)?(\/tasks)?(\?.*)?$/.test(url));
  });
});
