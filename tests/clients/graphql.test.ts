import { setTimeout } from 'node:timers/promises';
import { gql } from '@apollo/client';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createOperationDescriptor, fetchQuery } from 'relay-runtime';
import { newPerson, type Person } from '../support/app.js';
import { apollo, createApollo } from '../support/clients/apollo.js';
import { createRelay, relay } from '../support/clients/relay.js';
import { concreteRequest } from '../support/clients/relay-request.js';
import { type AppSession, type ClientKind, type ConnectedClient, createSession } from '../support/clients/session.js';
import { urql } from '../support/clients/urql.js';
import { claimsOf } from '../support/forge.js';
import { openSocketApp, type SocketApp } from '../support/socket.js';

describe('a GraphQL client', () => {
  const kinds = [apollo, urql, relay];
  const [task, me, create] = [
    'query Task($id: ID!) { task(id: $id) { __typename id title status } }',
    'query Me { me { __typename id email } }',
    'mutation Create($input: CreateTaskInput!) { createTask(input: $input) { __typename id title status } }',
  ];

  let app: SocketApp;
  let brief: SocketApp;
  /** One a client: their tokens expire while the other tests run. */
  let early: Person[];
  beforeAll(async () => {
    [app, brief] = await Promise.all([openSocketApp(), openSocketApp({ JWT_EXPIRY_DAYS: '0.00003' })]);
    early = await Promise.all(kinds.map(() => newPerson(brief)));
  });
  afterAll(async () => {
    await app.close();
    await brief.close();
  });

  async function signIn(): Promise<{ person: Person; session: AppSession }> {
    const person = await newPerson(app);
    return { person, session: createSession(app.wireFetch, person) };
  }
  const thrownBy = async (run: Promise<unknown>): Promise<unknown> =>
    run.then(
      () => undefined,
      (error: unknown) => error,
    );

  describe.each(kinds)('with $name', ({ connect, codeOf }: ClientKind) => {
    let ada: Person;
    let client: ConnectedClient;
    beforeAll(async () => {
      const { person, session } = await signIn();
      ada = person;
      client = connect(app.url, session);
    });

    it('runs a query', async () => {
      expect(await client.query(me)).toMatchObject({ me: { id: ada.id, email: ada.email } });
    });

    it('runs a mutation, and reads the result', async () => {
      const made = (await client.mutate(create, { input: { title: 'Buy groceries' } })) as { createTask: { id: string } };
      expect(made.createTask).toMatchObject({ title: 'Buy groceries', status: 'PENDING' });
      expect(await client.query(task, { id: made.createTask.id })).toMatchObject({ task: made.createTask });
    });

    it.each([
      ['a field that fails in a query', 'NOT_FOUND', () => client.query(task, { id: '2147483647' })],
      ['a field that fails in a mutation', 'VALIDATION_ERROR', () => client.mutate(create, { input: { title: ' ' } })],
      ['a document that does not validate', 'BAD_REQUEST', () => client.query('query Nothing { me { id nothing } }')],
      [
        'a document over a limit',
        'QUERY_TOO_COMPLEX',
        () => client.query(`query Much { ${Array.from({ length: 16 }, (_, n) => `a${n}: __typename`).join(' ')} }`),
      ],
      [
        'a request that is rejected before GraphQL runs',
        'PAYLOAD_TOO_LARGE',
        () => client.mutate(create, { input: { title: 'x'.repeat(102_400) } }),
      ],
    ])('receives the code of %s', async (_, code, run) => {
      expect(codeOf(await thrownBy(run()))).toBe(code);
    });

    it('refreshes an expired token once, and repeats the requests that waited for it', async () => {
      const person = early[kinds.findIndex((kind) => kind.connect === connect)] as Person;
      const session = createSession(brief.wireFetch, person);
      await setTimeout(Math.max(0, Number(claimsOf(person.token).exp) * 1000 - Date.now()));
      const expired = connect(brief.url, session);
      const [found, made] = await Promise.all([
        expired.query(me),
        expired.mutate(create, { input: { title: 'Made with an expired token' } }),
      ]);
      expect(found).toMatchObject({ me: { id: person.id } });
      expect(made).toMatchObject({ createTask: { title: 'Made with an expired token' } });
      expect(session.refreshes).toBe(1);
      expect(session.accessToken).not.toBe(person.token);
    });

    it('receives UNAUTHENTICATED when the session has ended, and stops retrying', async () => {
      const { person, session } = await signIn();
      await app.wireFetch('/api/auth/logout', { method: 'POST', headers: { authorization: `Bearer ${person.token}` } });
      const over = connect(app.url, session);
      expect(codeOf(await thrownBy(over.query(me)))).toBe('UNAUTHENTICATED');
    });
  });

  describe('with Apollo Client’s cache', () => {
    it('identifies a task by its id, whichever operation returned it', async () => {
      const { session } = await signIn();
      const client = createApollo(app.url, session);
      const { data } = await client.mutate<{ createTask: { id: string } }>({
        mutation: gql(create),
        variables: { input: { title: 'Call' } },
      });
      const id = data?.createTask.id;
      const list = gql('query { tasks { data { id title status } total } }');
      await client.query({ query: list });
      await client.mutate({ mutation: gql('mutation ($id: ID!) { toggleTask(id: $id) { id status } }'), variables: { id } });
      expect(client.readQuery({ query: list })).toMatchObject({ tasks: { data: [{ id, title: 'Call', status: 'COMPLETED' }] } });
      expect(Object.keys(client.cache.extract() as object)).toContain(`Task:${id}`);
    });
  });

  describe('with a Relay connection', () => {
    it('collects the pages of tasksConnection by first and after', async () => {
      const { session } = await signIn();
      const environment = createRelay(app.url, session);
      const writer = relay.connect(app.url, session);
      const titles = ['A', 'B', 'C', 'D', 'E'];
      for (const title of titles) await writer.mutate(create, { input: { title } });
      const pages = concreteRequest(`query Pages($first: Int, $after: String) {
      tasksConnection(first: $first, after: $after, sort: TITLE_ASC) @connection(key: "Pages_tasksConnection") {
        totalCount
        edges { cursor node { __typename id title } }
        pageInfo { endCursor hasNextPage hasPreviousPage startCursor }
      }
    }`);
      interface Pages {
        readonly tasksConnection: {
          readonly edges: { node: { title: string } }[];
          readonly pageInfo: { endCursor: string; hasNextPage: boolean };
        };
      }
      // Records that nobody holds are collected as garbage.
      environment.retain(createOperationDescriptor(pages, { first: 2 }));
      let after: string | undefined;
      for (const seen of [2, 4, 5]) {
        const data = await fetchQuery(environment, pages, { first: 2, after }).toPromise();
        const { edges, pageInfo } = (data as Pages).tasksConnection;
        expect(edges.map(({ node }) => node.title)).toEqual(titles.slice(0, seen));
        expect(pageInfo.hasNextPage).toBe(seen < titles.length);
        after = pageInfo.endCursor;
      }
    });
  });
});
