import type { Abuse } from '../abuse.js';
import { type AbusiveRequest, flood, graphql } from '../flood.js';

const badRequest = ['400 BAD_REQUEST'];

/** Ids far longer than any. */
export const longIds: Abuse = {
  name: 'long-ids',
  description: 'Ids, pages and cursors of up to 80,000 characters, in paths, variables and documents: 400.',
  maxGrowthMiB: 100,
  commit: (target) => {
    const ids = ['9'.repeat(10_000), '0'.repeat(10_000), `-${'1'.repeat(10_000)}`, '1'.repeat(20), '%39'.repeat(3_000)];
    const long = '9'.repeat(80_000);
    const either = [...badRequest, '200 BAD_REQUEST'];
    const byId = 'query ($id: ID!) { task(id: $id) { id } }';
    return flood(target, [
      ...ids.flatMap((id): AbusiveRequest[] => [
        { target: `GET /api/tasks/${id}`, expected: badRequest },
        { target: `DELETE /api/tasks/${id}`, expected: badRequest },
        { target: `GET /api/tasks?page=${id}`, expected: badRequest },
      ]),
      { target: `GET /api/tasks/${'a'.repeat(10_000)}`, expected: badRequest },
      { target: `DELETE /api/auth/sessions/${'a'.repeat(10_000)}`, expected: ['400 BAD_REQUEST', '404 NOT_FOUND'] },
      graphql(byId, either, { variables: { id: long } }),
      graphql(`{ task(id: "${long}") { id } }`, either),
      graphql(`{ task(id: ${long}) { id } }`, either),
      graphql('query ($after: String) { tasksConnection(after: $after) { totalCount } }', either, {
        variables: { after: long },
      }),
      graphql('query ($page: Int) { tasks(page: $page) { count } }', either, { variables: { page: 1e300 } }),
    ]);
  },
};

/** Variables as large as a body allows. */
export const largeVariables: Abuse = {
  name: 'large-variables',
  description: 'Variables of 95 KB as one text, many and nested: 400 or VALIDATION_ERROR, ignored where not declared.',
  maxGrowthMiB: 150,
  commit: (target) => {
    const text = 'x'.repeat(95_000);
    const many = Object.fromEntries(Array.from({ length: 6_000 }, (_, n) => [`v${n}`, n]));
    const create = 'mutation ($input: CreateTaskInput!) { createTask(input: $input) { id } }';
    const invalid = ['200 VALIDATION_ERROR'];
    return flood(target, [
      graphql(create, invalid, { variables: { input: { title: text } } }),
      graphql(create, invalid, { variables: { input: { title: 'x', description: text } } }),
      graphql(create, badRequest, { variables: { input: Array.from({ length: 15_000 }, (_, n) => n) } }),
      graphql(create, badRequest, { variables: { input: many } }),
      graphql('{ __typename }', ['200'], { variables: many }),
      graphql('query ($search: String) { tasks(search: $search) { count } }', ['200', ...badRequest, ...invalid], {
        variables: { search: text },
      }),
      graphql(`query (${Array.from({ length: 300 }, (_, n) => `$v${n}: Int`).join(' ')}) { __typename }`, [
        ...badRequest,
        '400 QUERY_TOO_COMPLEX',
      ]),
      {
        target: 'POST /api/auth/login',
        body: JSON.stringify({ email: text, password: 'x' }),
        expected: ['422 VALIDATION_ERROR', '401 INVALID_CREDENTIALS'],
      },
      { target: 'POST /api/tasks', body: JSON.stringify({ title: text }), expected: ['422 VALIDATION_ERROR'] },
    ]);
  },
};
