import { MapperKind, mapSchema } from '@graphql-tools/utils';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type GraphQLFieldConfig, printSchema } from 'graphql';
import { pino } from 'pino';
import { z } from 'zod';
import { createApp } from '../../src/app.js';
import { createExchange } from '../../src/http/exchange.js';
import { RequestHeaders } from '../../src/http/headers.js';
import { HttpRequest } from '../../src/http/request.js';
import { openApiDocument } from '../../src/openapi/document.js';
import { createRestHandler } from '../../src/rest/handler.js';
import { type Route, routes } from '../../src/rest/routes.js';
import { restView } from '../../src/rest/view.js';
import { builder } from '../../src/schema/builder.js';
import { schema } from '../../src/schema/root.js';
import { newPerson, type Person, testConfig } from '../support/app.js';
import { openTestDatabase } from '../support/databases.js';
import { query } from '../support/graphql.js';
import { fetchInProcess } from '../support/in-process.js';
import type { Document } from '../support/openapi.js';
import type { Fetch } from '../support/styles.js';

describe('a deprecation', () => {
  const since = '2026-01-01';
  const sunset = '2027-01-01T12:30:00Z';

  // An operation that only this file has, written as each is.
  const Greeting = builder.objectRef<{ text: string }>('Greeting').implement({
    description: 'A greeting.',
    fields: (t) => ({
      longText: t.exposeString('text', { description: 'In words.' }),
      oldText: t.exposeString('text', { description: 'In words.', deprecationReason: 'Read `longText`.' }),
    }),
  });
  const GreetInput = builder.inputType('GreetInput', {
    description: 'Whom to greet.',
    extensions: { rule: z.object({ status: z.string(), oldName: z.string() }) },
    fields: (t) => ({
      status: t.string({ description: 'How.' }),
      oldName: t.string({ description: 'By name.', deprecationReason: 'The token tells.' }),
    }),
  });
  builder.mutationField('greet', (t) =>
    t.field({
      description: 'Greets somebody. Answers politely.',
      type: Greeting,
      public: true,
      deprecationReason: 'Nobody greets any more.',
      extensions: { deprecation: { since, sunset } },
      args: {
        loudness: t.arg.int({ description: 'How loud.', deprecationReason: 'It is never loud.' }),
        input: t.arg({ type: GreetInput, required: true, description: 'Whom.' }),
      },
      resolve: () => ({ text: 'hello' }),
    }),
  );
  const withGreeting = builder.toSchema({ sortSchema: false });

  describe('with one deprecationReason in the schema', () => {
    const greet: Route = { operation: 'Mutation.greet', method: 'POST', path: '/api/greet', status: 200, tag: 'Health' };
    const table = [greet, ...routes.filter(({ operation }) => operation === 'Query.health')];

    it('is @deprecated in the SDL', () => {
      const sdl = printSchema(withGreeting);
      expect(sdl).toContain('): Greeting! @deprecated(reason: "Nobody greets any more.")');
      expect(sdl).toContain('loudness: Int @deprecated(reason: "It is never loud.")');
      expect(sdl).toContain('oldText: String! @deprecated(reason: "Read `longText`.")');
      expect(sdl).toContain('oldName: String @deprecated(reason: "The token tells.")');
    });

    it('is deprecated: true with the reason in the OpenAPI document: operation, parameter, property', () => {
      const { paths, components } = JSON.parse(
        JSON.stringify(openApiDocument(restView(withGreeting, table), table, '1.0.0')),
      ) as Document;
      const operation = paths['/api/greet']?.post;
      expect(operation).toMatchObject({
        deprecated: true,
        summary: 'Greets somebody',
        description: 'Greets somebody. Answers politely. Deprecated: Nobody greets any more.',
      });
      expect(operation?.parameters?.[0]).toMatchObject({ name: 'loudness', deprecated: true });
      expect(components.schemas.Greeting?.properties).toMatchObject({
        old_text: { deprecated: true, description: 'In words. Deprecated: Read `long_text`.' },
      });
      expect(components.schemas.GreetInput?.properties).toMatchObject({ old_name: { deprecated: true } });
      for (const fresh of [
        paths['/health']?.get,
        components.schemas.Greeting?.properties?.long_text,
        components.schemas.GreetInput?.properties?.status,
      ])
        expect([fresh, fresh && 'deprecated' in fresh]).toEqual([expect.any(Object), false]);
      for (const { headers } of Object.values(operation?.responses ?? {}))
        expect(headers).toMatchObject({
          Deprecation: { $ref: '#/components/headers/Deprecation' },
          Sunset: { $ref: '#/components/headers/Sunset' },
        });
      expect(JSON.stringify(paths['/health'])).not.toContain('Sunset');
    });
  });

  /** The schema, with a root field of it deprecated. */
  const deprecating = (name: string, deprecation?: object) =>
    mapSchema(schema, {
      [MapperKind.ROOT_FIELD]: (config: GraphQLFieldConfig<unknown, unknown>, field) =>
        field === name ? { ...config, deprecationReason: 'Because.', extensions: { ...config.extensions, deprecation } } : config,
    });

  const refuse = () => {
    throw new Error('nothing runs here');
  };
  const unused = { execute: refuse, createContext: refuse };

  describe('of an operation', () => {
    let fetch: Fetch;
    let ada: Person;
    let close: () => Promise<unknown>;
    beforeAll(async () => {
      const { db, drop } = await openTestDatabase();
      const log = pino({ level: 'silent' });
      const app = await createApp(testConfig({ CORS_ORIGINS: 'https://app.example' }), {
        db,
        log,
        schema: deprecating('task', { since, sunset }),
      });
      fetch = (url, init) => fetchInProcess(app.server, url, init);
      ada = await newPerson({ fetch });
      close = drop;
    });
    afterAll(() => close());

    const fields = ({ headers }: Response) => [headers.get('deprecation'), headers.get('sunset')];
    const gone = ['@1767225600', 'Fri, 01 Jan 2027 12:30:00 GMT'];

    it('sends Deprecation (RFC 9745) and Sunset (RFC 8594) with every response, also with errors', async () => {
      const headers = { authorization: `Bearer ${ada.token}`, 'content-type': 'application/json' };
      const made = await fetch('/api/tasks', { method: 'POST', headers, body: '{"title":"x"}' });
      expect([made.status, fields(made)]).toEqual([201, [null, null]]);
      const { id } = (await made.json()) as { id: number };
      const answers: [string, RequestInit, number][] = [
        [`/api/tasks/${id}`, { headers }, 200],
        [`/api/tasks/${id}`, { headers, method: 'HEAD' }, 200],
        [`/api/tasks/${id}`, { headers: { ...headers, 'if-none-match': '*' } }, 304],
        [`/api/tasks/${id}`, {}, 401],
        ['/api/tasks/2147483647', { headers }, 404],
        ['/api/tasks/first', { headers }, 400],
      ];
      for (const [path, init, status] of answers) {
        const answer = await fetch(path, init);
        expect([answer.status, fields(answer)]).toEqual([status, gone]);
      }
    });

    it('exposes both fields to scripts of listed origins', async () => {
      const { headers } = await fetch('/api/tasks/1', { headers: { origin: 'https://app.example' } });
      expect(headers.get('access-control-expose-headers')).toMatch(/\bdeprecation\b.*\bsunset\b/);
    });

    it('does not change other operations or GraphQL', async () => {
      const authorization = `Bearer ${ada.token}`;
      expect(fields(await fetch('/api/tasks', { headers: { authorization } }))).toEqual([null, null]);
      expect(fields(await fetch('/api/tasks/1', { method: 'DELETE', headers: { authorization } }))).toEqual([null, null]);
      const { headers } = await query(fetch, '{ task(id: 1) { id } }', ada.token);
      expect(headers.has('deprecation')).toBe(false);
    });

    it.each<[string, object | undefined, RegExp]>([
      ['no date', undefined, /task is deprecated, but its extensions\.deprecation does not say since when/],
      ['an invalid date', { since: 'soon' }, /“soon” is no date/],
      ['a sunset before the deprecation', { since: sunset, sunset: since }, /gone before it is deprecated/],
    ])('prevents the start with %s', async (_, deprecation, message) => {
      const view = restView(deprecating('task', deprecation), routes);
      await expect(createRestHandler({ view, routes, ...unused })).rejects.toThrow(message);
      expect(() => openApiDocument(view, routes, '1.0.0')).toThrow(message);
    });

    it('may omit the sunset', async () => {
      const view = restView(deprecating('task', { since }), routes);
      const handle = await createRestHandler({ view, routes, ...unused });
      const request = new HttpRequest({ method: 'GET', target: '/api/tasks/1', headers: new RequestHeaders({}) });
      const exchange = createExchange(request);
      await expect(handle(exchange)).rejects.toThrow('nothing runs here');
      expect(exchange.extraHeaders).toEqual({ Deprecation: '@1767225600' });
    });
  });
});
