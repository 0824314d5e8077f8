import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Plugin } from 'graphql-yoga';
import { createApp } from '../../src/app.js';
import { fetchOf, newPerson, openTestApp, type Person, type TestApp, testConfig } from '../support/app.js';
import { type Fetch, styles } from '../support/styles.js';

describe('an Envelop plugin of the app', () => {
  let app: TestApp;
  let fetch: Fetch;
  let ada: Person;
  const counts = { executed: 0, done: 0, contexts: 0, params: 0, parsed: 0, validated: 0 };
  const counting: Plugin = {
    onParams: () => {
      counts.params++;
    },
    onParse: () => {
      counts.parsed++;
    },
    onValidate: () => {
      counts.validated++;
    },
    onContextBuilding: () => {
      counts.contexts++;
    },
    onExecute: () => {
      counts.executed++;
      return {
        onExecuteDone: () => {
          counts.done++;
        },
      };
    },
  };
  beforeAll(async () => {
    app = await openTestApp();
    fetch = fetchOf(await createApp(testConfig(), { db: app.db, log: app.app.log, plugins: [counting] }));
    ada = await newPerson({ fetch });
  });
  afterAll(() => app.close());

  /** What the plugin counts while something runs. */
  async function countOf(run: () => Promise<unknown>) {
    const before = { ...counts };
    await run();
    return Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, count - before[name as keyof typeof counts]]));
  }

  it.each(styles)('observes every operation in $name, new and repeated', async (style) => {
    const run = async () => {
      for (let time = 1; time <= 6; time++) {
        await style.call(fetch, 'createTask', { input: { title: 'Counted' } }, ada.token);
        await style.call(fetch, 'tasks', { limit: 1 }, ada.token);
        await style.call(fetch, 'task', { id: 2_147_483_647 }, ada.token);
      }
    };
    expect(await countOf(run)).toMatchObject({ executed: 18, done: 18, contexts: 18 });
  });

  it('observes every phase of a GraphQL request, by GET and by POST, also for repeated documents', async () => {
    const headers = { authorization: `Bearer ${ada.token}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ query: '{ me { name } }' });
    const run = async () => {
      for (let time = 1; time <= 6; time++) {
        await fetch('/graphql', { method: 'POST', headers, body });
        await fetch('/graphql?query={me{name}}', { headers });
      }
    };
    expect(await countOf(run)).toEqual({ executed: 12, done: 12, contexts: 12, params: 12, parsed: 12, validated: 12 });
  });
});
