import { describe, expect, it } from '@jest/globals';
import { getNamedType, isLeafType, isObjectType } from 'graphql';
import { isPublic, scopeOf } from '../../src/schema/public-fields.js';
import { schema } from '../../src/schema/root.js';
import { newApiToken } from '../support/api-tokens.js';
import { newPerson, sharedApp } from '../support/app.js';
import { query } from '../support/graphql.js';
import { restStyle } from '../support/styles.js';

const app = await sharedApp();
const person = await newPerson(app);
await restStyle.call(app.fetch, 'createTask', { input: { title: 'Mine' } }, person.token);
const reader = await newApiToken(app, person, ['tasks:read']);
const account = await newApiToken(app, person, ['account']);

describe('the scope of a personal API token', () => {
  const errorsOf = async (document: string, token: string) =>
    (await query(app.fetch, document, token)).errors?.map(({ path, extensions: { code, details } }) => [path, code, details]) ??
    [];

  it.each([
    ['an alias', '{ mine: me { id } }', [[['mine'], 'FORBIDDEN', { scope: 'account' }]]],
    ['a fragment', '{ ...f } fragment f on Query { me { id } }', [[['me'], 'FORBIDDEN', { scope: 'account' }]]],
    ['a field beside an allowed one', '{ tasks { count } me { id } }', [[['me'], 'FORBIDDEN', { scope: 'account' }]]],
    [
      'the owner of a task',
      '{ tasks { data { owner { email } } } }',
      [[['tasks', 'data', 0, 'owner'], 'FORBIDDEN', { scope: 'account' }]],
    ],
    [
      'the owner of a task in a connection',
      '{ tasksConnection { edges { node { owner { email } } } } }',
      [[['tasksConnection', 'edges', 0, 'node', 'owner'], 'FORBIDDEN', { scope: 'account' }]],
    ],
  ])('tasks:read does not open %s', async (_, document, errors) => {
    expect(await errorsOf(document, reader.token)).toEqual(errors);
  });

  it('account does not open the tasks of the user', async () => {
    expect(await errorsOf('{ me { email tasks { totalCount } } }', account.token)).toEqual([
      [['me', 'tasks'], 'FORBIDDEN', { scope: 'tasks:read' }],
    ]);
  });

  it('opens what it names, however often the document comes', async () => {
    for (let count = 0; count < 5; count++) {
      expect(await errorsOf('{ tasksConnection { edges { node { id } } } }', reader.token)).toEqual([]);
      expect(await errorsOf('{ me { id } }', reader.token)).toHaveLength(1);
    }
  });

  it('is required before the input is validated', async () => {
    const outcome = await restStyle.call(app.fetch, 'createTask', { input: { title: '' } }, reader.token);
    expect(outcome.code).toBe('FORBIDDEN');
  });
});

describe('the schema', () => {
  const roots = [schema.getQueryType(), schema.getMutationType()];
  const rootFields = roots.flatMap((type) => Object.values(type?.getFields() ?? {}));

  it('refuses personal API tokens in these operations alone', () => {
    const refusing = rootFields.filter((field) => !isPublic(field) && scopeOf(field) === undefined).map(({ name }) => name);
    expect(refusing.sort()).toEqual([
      ...['apiTokens', 'createApiToken', 'deleteMe', 'logout', 'revokeApiToken'],
      ...['revokeOtherSessions', 'revokeSession', 'sessions'],
    ]);
  });

  it('names a scope for each field that leads from a row to other objects', () => {
    const relations = ['User', 'Task'].flatMap((name) => {
      const type = schema.getType(name);
      return isObjectType(type) ? Object.values(type.getFields()) : [];
    });
    const leading = relations.filter(({ type }) => !isLeafType(getNamedType(type)));
    expect(leading.map((field) => [field.name, scopeOf(field)])).toEqual([
      ['tasks', 'tasks:read'],
      ['owner', 'account'],
    ]);
  });
});
