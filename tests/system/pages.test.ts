import { get } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { routes } from '../../src/rest/routes.js';
import { newPerson } from '../support/app.js';
import { openBrowser, type TestBrowser } from '../support/browser.js';
import { contrast } from '../support/contrast.js';
import { type ServerProcess, startServer } from '../support/server-process.js';

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
  test.each(['light', 'dark'] as const)('is readable in %s, on a phone too', async (colorScheme) => {
    const look = async (page: Page) => {
      await page.setViewportSize({ width: 375, height: 700 });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
      // WCAG 2.2, 1.4.3.
      for (const place of ['p', 'a', 'pre', 'footer']) expect(await contrast(page.locator(place).first())).toBeGreaterThan(4.5);
    };
    await browser.visit('/', look, { colorScheme });
  });

  test('leads to pages that are there', async () => {
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
  test('takes a newcomer from its examples to a first task', async () => {
    await browser.visit('/graphql', async (page) => {
      expect(await run(page, 'Health')).toMatchObject({ health: { status: 'ok' }, databaseHealth: { status: 'ok' } });
      await openTab(page, 'SignUp');
      const { signup } = await run(page, 'SignUp');
      await openTab(page, 'CreateTask');
      await signIn(page, String(signup?.accessToken));
      expect(await run(page, 'CreateTask')).toMatchObject({ createTask: { status: 'PENDING' } });
      expect(await run(page, 'MyTasks')).toMatchObject({ me: { name: 'Ada', tasks: { totalCount: 1 } } });
      await line(result(page), 'Buy groceries').waitFor();
    });
  });

  test('opens with the same tabs at the next visit', async () => {
    await browser.visit('/graphql', async (page) => {
      // It writes its tabs down half a second after it opens.
      await page.waitForFunction(() => localStorage.getItem('graphiql:tabState'));
      await page.reload();
      await line(editor(page), 'query Health').waitFor();
      expect(await page.locator('.graphiql-tab-button').allTextContents()).toEqual(['Health', 'SignUp', 'CreateTask']);
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
      await page.getByRole('button', { name: 'Authorize' }).first().click();
      await page.locator('#auth-bearer-value').fill(token);
      await page.getByRole('button', { name: 'Apply credentials' }).click();
      await page.getByRole('button', { name: 'Close' }).click();
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

const editor = (page: Page): Locator => page.getByRole('region', { name: 'Operation Editor' });
const line = (place: Locator, text: string): Locator => place.locator('.view-line', { hasText: text }).first();
const result = (page: Page): Locator => page.getByRole('region', { name: 'Result Window' });

async function openTab(page: Page, name: string): Promise<void> {
  const tab = page.getByRole('tab', { name });
  // What its own animation leaves behind, but not always: the tab would leap away under the press.
  await tab.evaluate((element) => element.style.setProperty('transform', 'translateX(120px)'));
  await tab.click();
  await line(editor(page), `mutation ${name}`).waitFor();
}

async function signIn(page: Page, token: string): Promise<void> {
  await page.getByRole('button', { name: 'Headers' }).click();
  const headers = page.getByRole('region', { name: 'Headers' });
  await line(headers, '"Authorization": "Bearer "').click();
  await page.keyboard.press('Home');
  await page.keyboard.press('Shift+End');
  await page.keyboard.press('Delete');
  await page.keyboard.insertText(`"Authorization": "Bearer ${token}"`);
}

/** Runs one operation of the open tab. @returns the server's answer, once it is on the screen. */
async function run(page: Page, operation: string): Promise<Record<string, Record<string, unknown>>> {
  const isIt = `"operationName":"${operation}"`;
  const answered = page.waitForResponse((response) => response.request().postData()?.includes(isIt) ?? false);
  const alone = operation === 'Health';
  // GraphiQL reads a moment after a tab opens what is in it, and only then asks which operation is meant.
  await page.locator(`.graphiql-execute-button${alone ? '' : '[aria-haspopup="menu"]'}`).click();
  if (!alone) await page.getByRole('menuitem', { name: operation }).click();
  const { data, errors } = await (await answered).json();
  expect(errors).toBeUndefined();
  await line(result(page), `"${Object.keys(data)[0]}"`).waitFor();
  return data;
}
