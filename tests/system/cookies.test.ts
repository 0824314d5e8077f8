import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchChromium } from '../support/browser.js';
import { type ServerProcess, startServer } from '../support/server-process.js';

const [appHost, blogHost, evilHost, apiHost] = ['app.tandem.test', 'blog.tandem.test', 'evil.test', 'api.tandem.test'];
let [pages, server, browser] = [undefined, undefined, undefined] as [Server?, ServerProcess?, Browser?];
let context: BrowserContext;
let [pagePort, api] = [0, ''];

beforeAll(async () => {
  pages = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><title>A page</title>');
  }).listen(0, '127.0.0.1');
  await once(pages, 'listening');
  pagePort = (pages.address() as AddressInfo).port;
  server = await startServer({ CORS_ORIGINS: `http://${appHost}:${pagePort}` });
  api = `http://${apiHost}:${server.port}`;
  browser = await launchChromium([appHost, blogHost, evilHost, apiHost]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  pages?.close();
});
beforeEach(async () => {
  context = await (browser as Browser).newContext();
});
afterEach(() => context.close());

async function openPage(host: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`http://${host}:${pagePort}/`);
  return page;
}

interface Answer {
  /** Null when the browser did not let the page see it. */
  readonly status: number | null;
  readonly csrfToken: string | null;
  readonly body: Record<string, unknown>;
}

/** Sends a request as a script of the page does, with credentials. */
const send = (page: Page, path: string, init: { method?: string; headers?: Record<string, string>; body?: string } = {}) =>
  page.evaluate(
    async ([url, options]): Promise<Answer> => {
      try {
        const response = await fetch(url, { ...options, credentials: 'include' });
        const text = await response.text();
        return {
          status: response.status,
          csrfToken: response.headers.get('x-csrf-token'),
          body: text ? JSON.parse(text) : {},
        };
      } catch {
        return { status: null, csrfToken: null, body: {} };
      }
    },
    [`${api}${path}`, init] as const,
  );

const json = { 'content-type': 'application/json' };

/** Opens the front end and signs up with cookies. */
async function signUp(): Promise<{ page: Page; csrfToken: string }> {
  const page = await openPage(appHost);
  const body = JSON.stringify({ email: `${Date.now()}@example.com`, password: 'correct horse battery', name: 'Ada' });
  const { status, csrfToken } = await send(page, '/api/auth/signup', {
    method: 'POST',
    headers: { ...json, 'x-session': 'cookie' },
    body,
  });
  expect(status).toBe(201);
  return { page, csrfToken: csrfToken ?? '' };
}

const createTask = (page: Page, csrfToken: string) =>
  send(page, '/api/tasks', { method: 'POST', headers: { ...json, 'x-csrf-token': csrfToken }, body: '{"title":"Mine"}' });
const totalOf = async (page: Page) => (await send(page, '/api/tasks')).body.total;

/** Submits a form to the API, and waits for the page that answers. */
async function submitForm(page: Page, path: string, enctype: string): Promise<string> {
  const answered = page.waitForResponse((response) => response.url() === `${api}${path}`);
  await page.evaluate(
    ([action, type]) => {
      const form = Object.assign(document.createElement('form'), { method: 'post', action, enctype: type });
      form.append(Object.assign(document.createElement('input'), { name: '{"title":"Forged","x":"', value: '"}' }));
      document.body.append(form);
      form.submit();
    },
    [`${api}${path}`, enctype] as const,
  );
  return (await answered).status().toString();
}

describe('cookies in a browser', () => {
  it('sign a page of the same site in, over a reload, where no script reads them', async () => {
    const { page, csrfToken } = await signUp();
    expect((await createTask(page, csrfToken)).status).toBe(201);
    await page.reload();
    const me = await send(page, '/api/auth/me');
    expect([me.status, me.csrfToken]).toEqual([200, csrfToken]);
    expect(await page.evaluate(() => document.cookie)).toBe('');
    const apiPage = await context.newPage();
    await apiPage.goto(`${api}/`);
    expect(await apiPage.evaluate(() => document.cookie)).toBe(`csrf=${csrfToken}`);
  });

  it('are not sent by another site, neither with a form nor with a script', async () => {
    const { page } = await signUp();
    const evil = await openPage(evilHost);
    expect((await send(evil, '/api/tasks')).status).toBeNull();
    expect((await send(evil, '/api/tasks', { method: 'POST', headers: json, body: '{"title":"Forged"}' })).status).toBeNull();
    await evil.evaluate(
      (url) =>
        fetch(url, { method: 'POST', mode: 'no-cors', credentials: 'include', body: '{"title":"Forged"}' }).catch(() => {}),
      `${api}/api/tasks`,
    );
    expect(await submitForm(evil, '/api/tasks', 'text/plain')).toBe('401');
    expect(await totalOf(page)).toBe(0);
  });

  it('are sent by another host of the site, which the origin and the CSRF token keep from writing', async () => {
    const { page, csrfToken } = await signUp();
    const blog = await openPage(blogHost);
    expect((await send(blog, '/api/tasks')).status).toBeNull();
    await blog.evaluate(
      (url) =>
        fetch(url, { method: 'POST', mode: 'no-cors', credentials: 'include', body: '{"title":"Forged"}' }).catch(() => {}),
      `${api}/api/tasks`,
    );
    // Another host may set a cookie for the whole site, but the server compares the token with the session.
    await context.addCookies([{ name: 'csrf', value: 'forged', domain: '.tandem.test', path: '/' }]);
    expect(await submitForm(blog, '/api/tasks', 'text/plain')).toBe('403');
    expect(await totalOf(page)).toBe(0);
    expect((await createTask(page, 'forged')).status).toBe(403);
    expect((await createTask(page, csrfToken)).status).toBe(201);
  });

  it('survive two tabs that refresh at the same time', async () => {
    const { page, csrfToken } = await signUp();
    const other = await openPage(appHost);
    const refresh = (tab: Page) => send(tab, '/api/auth/refresh', { method: 'POST', headers: { 'x-session': 'cookie' } });
    const answers = await Promise.all([page, other, page, other].map(refresh));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect((await refresh(other)).status).toBe(200);
    for (const tab of [page, other]) expect((await createTask(tab, csrfToken)).status).toBe(201);
  });

  it('are gone after a logout', async () => {
    const { page, csrfToken } = await signUp();
    expect((await send(page, '/api/auth/logout', { method: 'POST', headers: { 'x-csrf-token': csrfToken } })).status).toBe(204);
    expect((await context.cookies(api)).map(({ name }) => name)).toEqual([]);
    expect((await send(page, '/api/auth/me')).status).toBe(401);
  });
});
