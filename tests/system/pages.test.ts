import { get } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { routes } from '../../src/rest/routes.js';
import { newPerson } from '../support/app.js';
import { openBrowser, type TestBrowser } from '../support/browser.js';
import { contrast } from '../support/contrast.js';
import { editor, line, openTab, result, run, signIn, tabTitles } from '../support/graphiql.js';
import { type ServerProcess, startServer } from '../support/server-process.js';
import { authorize } from '../support/swagger-ui.js';

let server: ServerProcess;
let browser: TestBrowser;

beforeAll(async () => {
  server = await startServer();
  browser = await openBrowser(server.port);
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

describe('the landing page', () => {
  test.each(['light', 'dark'] as const)('is readable in %s mode, also on a phone', async (colorScheme) => {
    const look = async (page: Page) => {
      await page.setViewportSize({ width: 375, height: 700 });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
      // WCAG 2.2, 1.4.3.
      for (const place of ['p', 'a', 'pre', 'footer']) expect(await contrast(page.locator(place).first())).toBeGreaterThan(4.5);
    };
    await browser.visit('/', look, { colorScheme });
  });

  test('links only to existing pages', async () => {
    await browser.visit('/', async (page) => {
      const links = await page.locator('a').evaluateAll((all) => all.map((link) => link.getAttribute('href') ?? ''));
      expect(links).toEqual(['/graphql', '/docs', '/openapi.json', '/docs/errors', '/health', '/health/db']);
      for (const link of links) {
        const { status } = await fetch(`${server.url}${link}`, { headers: { accept: 'text/html' } });
        expect([link, status]).toEqual([link, 200]);
      }
    });
  });
});

describe('GraphiQL', () => {
  const healthy = expect.objectContaining({ status: 'ok' });

  test('leads a new user from its examples to a first task', async () => {
    await browser.visit('/graphql', async (page) => {
      await openTab(page, 'Health');
      expect(await run(page, 'Health')).toEqual({ data: { health: healthy, databaseHealth: healthy } });
      await openTab(page, 'SignUp');
      const { data } = await run(page, 'SignUp');
      await openTab(page, 'CreateTask');
      await signIn(page, String(data?.signup?.accessToken));
      expect(await run(page, 'CreateTask')).toEqual({ data: { createTask: expect.objectContaining({ status: 'PENDING' }) } });
      const tasks = expect.objectContaining({ totalCount: 1 });
      expect(await run(page, 'MyTasks')).toEqual({ data: { me: { name: 'Ada', tasks } } });
      await line(result(page), 'Buy groceries').waitFor();
    });
  });

  test('opens with the same tabs at the next visit', async () => {
    await browser.visit('/graphql', async (page) => {
      // It writes its tabs down half a second after it opens.
      await page.waitForFunction(() => localStorage.getItem('graphiql:tabState'));
      await page.reload();
      expect(await tabTitles(page)).toEqual(['Health', 'SignUp', 'CreateTask']);
    });
  });

  test('explains the schema and completes what is typed', async () => {
    await browser.visit('/graphql', async (page) => {
      await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
      const docs = page.locator('.graphiql-doc-explorer');
      await docs.getByText('Query', { exact: true }).click();
      await docs.getByText('tasksConnection').waitFor();
      await line(editor(page), 'uptimeSeconds').click();
      await page.keyboard.press('End');
      await page.keyboard.type(' vers', { delay: 50 });
      await page.locator('.suggest-widget').getByText('version').first().waitFor();
    });
  });
});

describe('Swagger UI', () => {
  test('lists every route', async () => {
    await browser.visit('/docs', async (page) => {
      await page.locator('.opblock').first().waitFor();
      const listed = await page.locator('.opblock-summary').allInnerTexts();
      const expected = Object.values(routes).map(({ method, path }) => `${method} ${path}`);
      expect(listed.map((text) => /^(\w+)\s+(\S+)/.exec(text)?.slice(1).join(' ')).sort()).toEqual(expected.sort());
    });
  });

  test('tries a route with a bearer token', async () => {
    const fetchHere = (url: string, init?: RequestInit) => fetch(new URL(new URL(url).pathname, server.url), init);
    const { email, token } = await newPerson({ fetch: fetchHere });
    await browser.visit('/docs', async (page) => {
      await authorize(page, token);
      const me = page.locator('.opblock', { hasText: '/api/auth/me' });
      await me.locator('.opblock-summary').click();
      await me.getByRole('button', { name: 'Execute' }).click();
      await me.locator('.live-responses-table', { hasText: email }).waitFor();
    });
  });
});

// A client of the platform would tidy these up before it sends them.
test.each(['/docs/../package.json', '/docs/%2e%2e/package.json', '/docs/..%2f..%2fpackage.json'])('%s is 404', async (path) => {
  const { port } = server;
  expect(await new Promise((resolve) => get({ port, path }, (answer) => resolve(answer.resume().statusCode)))).toBe(404);
});
