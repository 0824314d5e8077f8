import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type GraphQLEnumType, isEnumType } from 'graphql';
import { createApp } from '../../src/app.js';
import { type ErrorCode, errorCatalogue, errorRows } from '../../src/core/error-catalogue.js';
import { schema } from '../../src/schema/root.js';
import { fetchOf, newPerson, openTestApp, type Person, password, type TestApp, testConfig } from '../support/app.js';
import { failDatabase } from '../support/fail-database.js';
import { query } from '../support/graphql.js';
import { answers, document, operations } from '../support/openapi.js';
import { type Arguments, type Fetch, type Operation, restStyle, type Style, styles } from '../support/styles.js';
import { type Transport, transports } from '../support/transports.js';

describe('an error code', () => {
  let app: TestApp;
  let strict: TestApp;
  let ada: Person;
  let taskOfAda: unknown;
  let taskOfBob: unknown;
  beforeAll(async () => {
    app = await openTestApp();
    strict = await openTestApp({ RATE_LIMIT: 'on', RATE_ANONYMOUS: '1/h' });
    ada = await newPerson(app);
    const bob = await newPerson(app);
    [taskOfAda, taskOfBob] = await Promise.all([ada, bob].map(newTask));
  });
  afterAll(async () => {
    await app.close();
    await strict.close();
  });

  async function newTask({ token }: Person): Promise<number> {
    const { value } = await restStyle.call(app.fetch, 'createTask', { input: { title: 'Mine' } }, token);
    return (value as { id: number }).id;
  }

  let restore = () => {};
  afterEach(() => restore());

  /** One way in: its operations, and what stands before them. */
  interface Way {
    readonly style: Style;
    readonly transport: Transport;
    /** What is put around every `fetch`. */
    wrap(fetch: Fetch): Fetch;
  }
  interface Provoked {
    readonly code?: string;
    readonly status: number;
    readonly headers: Headers;
  }
  type Provocation = (way: Way) => Promise<Provoked>;

  const ask =
    (operation: Operation, args: () => Arguments = () => ({}), token: () => string | undefined = () => ada.token): Provocation =>
    ({ style, wrap }) =>
      style.call(wrap(app.fetch), operation, args(), token());
  /** The app over the same database, with little time for each request. */
  const shortTimeout: Fetch = async (url, init) => {
    const hurried = await createApp(testConfig({ REQUEST_TIMEOUT_SECONDS: '1' }), { db: app.db, log: app.app.log });
    return fetchOf(hurried)(url, init);
  };
  /** What stands before the operations answers as a whole. */
  const sendRaw =
    (send: (transport: Transport, fetch: Fetch) => Promise<Response>): Provocation =>
    async ({ transport, wrap }) => {
      let sent: Response | undefined;
      await send(transport, async (url, init) => {
        sent = await wrap(app.fetch)(url, init);
        return sent;
      });
      const { status, headers } = sent as Response;
      const body = (await sent?.json()) as { error_code?: string; errors?: { extensions: { code: string } }[] };
      return { status, headers, code: body.error_code ?? body.errors?.[0]?.extensions.code };
    };
  const broken =
    (fail: () => unknown, fetch: Fetch = (url, init) => app.fetch(url, init)): Provocation =>
    ({ style, wrap }) => {
      restore = failDatabase(app.db, fail as () => never);
      return style.call(wrap(fetch), 'tasks', {}, ada.token);
    };

  const sixteenAliases = Array.from({ length: 16 }, (_, n) => `a${n}: __typename`).join(' ');

  /** How each code comes about, in every style that can give it. */
  const provocations: Readonly<Record<ErrorCode, Provocation>> = {
    BAD_REQUEST: ask('task', () => ({ id: 'first' })),
    UNAUTHENTICATED: ask('me', undefined, () => 'no token'),
    INVALID_CREDENTIALS: ask('login', () => ({ input: { email: ada.email, password: 'wrong' } })),
    // A cookie signs in, and nothing tells where the request comes from.
    CSRF_FAILED: ({ style, wrap }) => {
      const withCookie: Fetch = (url, init) =>
        app.fetch(url, {
          ...init,
          headers: { ...Object.fromEntries(new Headers(init?.headers)), cookie: `session=${ada.token}` },
        });
      return style.call(wrap(withCookie), 'createTask', { input: { title: 'Forged' } });
    },
    FORBIDDEN: ask('task', () => ({ id: taskOfBob })),
    NOT_FOUND: ask('task', () => ({ id: 2_147_483_647 })),
    METHOD_NOT_ALLOWED: sendRaw((transport, fetch) => fetch(transport.path, { method: 'PUT' })),
    CONFLICT: ask('signup', () => ({ input: { email: ada.email, password, name: 'Ada' } })),
    PRECONDITION_FAILED: ask('deleteTask', () => ({ id: taskOfAda, ifVersion: 2 })),
    PAYLOAD_TOO_LARGE: sendRaw((transport, fetch) => transport.signup(fetch, ' '.repeat(102_401))),
    UNSUPPORTED_MEDIA_TYPE: sendRaw((transport, fetch) => transport.signup(fetch, '{}', 'text/plain')),
    VALIDATION_ERROR: ask('createTask', () => ({ input: { title: '' } })),
    QUERY_TOO_COMPLEX: async ({ wrap }) => {
      const { errors, ...answer } = await query(wrap(app.fetch), `{ ${sixteenAliases} }`);
      return { ...answer, code: errors?.[0]?.extensions.code };
    },
    PERSISTED_QUERY_NOT_SUPPORTED: async ({ wrap }) => {
      const extensions = { persistedQuery: { version: 1, sha256Hash: '00' } };
      const headers = { 'content-type': 'application/json' };
      const response = await wrap(app.fetch)('/graphql', { method: 'POST', headers, body: JSON.stringify({ extensions }) });
      const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] };
      return { status: response.status, headers: response.headers, code: errors[0]?.extensions.code };
    },
    RATE_LIMITED: async ({ style, wrap }) => {
      await style.call(strict.fetch, 'me');
      return style.call(wrap(strict.fetch), 'me');
    },
    INTERNAL_SERVER_ERROR: broken(() => {
      throw new Error('nobody foresaw this');
    }),
    SERVICE_UNAVAILABLE: broken(() => {
      throw Object.assign(new Error(), { code: 'ECONNREFUSED' });
    }),
    // It ends, as a statement does: what is waited for holds up those behind it.
    TIMEOUT: broken(() => setTimeout(1_100).then(() => Promise.reject(new Error())), shortTimeout),
  };

  const ways = styles.map((style, index): Way => ({ style, transport: transports[index] as Transport, wrap: (fetch) => fetch }));
  const cases = ways.flatMap((way) =>
    errorRows.flatMap(([code, row]) =>
      !row.transport || row.transport === way.style.name ? [{ style: way.style.name, code, row, way }] : [],
    ),
  );

  describe('in the catalogue', () => {
    it('has a test case', () => {
      expect(Object.keys(provocations)).toEqual(Object.keys(errorCatalogue));
    });

    it.each(cases)('$code is returned in $style with its status and header field', async ({ code, row, way }) => {
      const { status, headers, ...provoked } = await provocations[code](way);
      expect(provoked.code).toBe(code);
      expect(way.style.name === 'REST' ? [row.status] : [row.status, 200]).toContain(status);
      if (row.header && status === row.status) expect(headers.get(row.header)).toBeTruthy();
    });

    it.each(cases.filter(({ style }) => style === 'REST'))(
      '$code is returned as a problem (RFC 9457) to a client that accepts application/problem+json',
      async ({ code, row, way }) => {
        const bodies: Record<string, unknown>[] = [];
        const accepting =
          (accept: string) =>
          (fetch: Fetch): Fetch =>
          async (url, init) => {
            const headers = { ...Object.fromEntries(new Headers(init?.headers)), accept };
            const response = await fetch(url, { ...init, headers });
            expect(response.headers.get('vary')).toMatch(/\bAccept\b/);
            expect(response.headers.get('content-type')?.split(';')[0]).toBe(accept);
            bodies.push((await response.clone().json()) as Record<string, unknown>);
            return response;
          };
        await provocations[code]({ ...way, wrap: accepting('application/json') });
        restore();
        const { headers } = await provocations[code]({ ...way, wrap: accepting('application/problem+json') });
        const [usual, problem] = bodies;
        expect(problem).toEqual({
          type: `/docs/errors#${code}`,
          title: row.title,
          status: row.status,
          detail: usual?.message,
          instance: `urn:uuid:${headers.get('x-request-id')}`,
          error_code: code,
          details: code === 'RATE_LIMITED' ? { retry_after_seconds: expect.any(Number) } : usual?.details,
        });
      },
    );

    it('is a described value of the enum ErrorCode in GraphQL', () => {
      const type = schema.getType('ErrorCode') as GraphQLEnumType;
      expect(isEnumType(type)).toBe(true);
      expect(type.getValues().map(({ name, description }) => [name, description])).toEqual(
        errorRows.map(([code, { description }]) => [code, description]),
      );
    });

    it('appears in the OpenAPI document in both media types, unless only GraphQL returns it', () => {
      const codes = errorRows.filter(([, { transport }]) => transport !== 'GraphQL').map(([code]) => code);
      for (const name of ['Error', 'Problem'])
        expect(document.components.schemas[name]?.properties?.error_code?.enum).toEqual(codes);
      const failures = operations.flatMap(answers).filter(({ status }) => Number(status) >= 400);
      for (const { status, content } of failures) {
        expect(Object.keys(content ?? {})).toEqual(['application/json', 'application/problem+json']);
        for (const { examples } of Object.values(content ?? {}))
          for (const code of Object.keys(examples ?? {})) expect(errorCatalogue[code as ErrorCode].status).toBe(Number(status));
      }
    });

    it('is described on the page that the type of each problem links to', async () => {
      const html = await (await app.fetch('/docs/errors')).text();
      for (const [code, { title }] of errorRows) {
        expect(html).toContain(`id="${code}"`);
        expect(html).toContain(title);
      }
    });
  });
});
