import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { openBrowser, type TestBrowser } from '../support/browser.js';
import { editor, line, result, run } from '../support/graphiql.js';
import { type ServerProcess, startServer } from '../support/server-process.js';
import { documentedOperations, openOperation } from '../support/swagger-ui.js';

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

describe('on a phone, 390 px wide', () => {
  const phone = { width: 390, height: 844 };
  const scrollWidth = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth);

  test.each(['/', '/docs/errors'])('%s fits without scrolling sideways', async (address) => {
    await browser.visit(address, async (page) => {
      await page.setViewportSize(phone);
      expect(await scrollWidth(page)).toBeLessThanOrEqual(phone.width);
    });
  });

  test('GraphiQL fits, and shows the response below the query', async () => {
    await browser.visit('/graphql', async (page) => {
      await page.setViewportSize(phone);
      await line(editor(page), 'query Health').waitFor();
      await run(page, 'Health');
      expect(await scrollWidth(page)).toBeLessThanOrEqual(phone.width);
      const [query, response] = [await editor(page).boundingBox(), await result(page).boundingBox()];
      expect(response?.width).toBeGreaterThan(280);
      expect(response?.y).toBeGreaterThan((query?.y ?? phone.height) + (query?.height ?? 0));
    });
  });

  test('Swagger UI fits, with every operation open', async () => {
    await browser.visit('/docs', async (page) => {
      await page.setViewportSize(phone);
      const operations = await documentedOperations(server.url);
      await page.locator('.opblock').first().waitFor();
      for (const operation of operations) {
        await openOperation(page, operation);
        expect([operation.operationId, (await scrollWidth(page)) <= phone.width]).toEqual([operation.operationId, true]);
      }
    });
  }, 180_000);
});
