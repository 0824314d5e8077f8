import { access, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

/** How a page is visited. */
interface VisitSettings {
  /** Light unless given. */
  readonly colorScheme?: 'light' | 'dark';
  /** Whether the visit provokes error responses, which the browser writes to the console. */
  readonly expectsErrorResponses?: boolean;
}

/** A real browser that can reach one server and nothing else. */
export interface TestBrowser {
  /**
   * Visits a page in a fresh profile. Fails, with a screenshot, when the visit does, and when the page asked anybody
   * else for anything, broke its content security policy, or wrote an error to the console.
   */
  visit(address: string, look: (page: Page) => Promise<void>, settings?: VisitSettings): Promise<void>;
  close(): Promise<void>;
}

// A name as others have: browsers allow `localhost` more, for they count it as secure without TLS.
const host = 'tandem.test';

/** Far more than any step takes, and short enough for a test to say which one failed. */
const patienceMs = 30_000;

const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Starts Debian's Chromium, or the one that `CHROMIUM_PATH` names, without a network.
 * @param hosts the host names that resolve to this machine; no other name resolves.
 * @throws when there is no Chromium.
 */
export async function launchChromium(hosts: readonly string[]): Promise<Browser> {
  const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
  await access(executablePath).catch(() => {
    throw new Error(`There is no Chromium at ${executablePath}: run apt-get install chromium, or set CHROMIUM_PATH.`);
  });
  const names = [...hosts.map((name) => `MAP ${name} 127.0.0.1`), 'MAP * ~NOTFOUND', 'EXCLUDE 127.0.0.1'];
  return chromium.launch({ executablePath, args: [...quiet, `--host-resolver-rules=${names.join(', ')}`] });
}

/**
 * Starts a browser that can reach one server.
 * @param port of the server that pages come from, on this machine.
 * @throws when there is no Chromium.
 */
export async function openBrowser(port: number): Promise<TestBrowser> {
  const browser = await launchChromium([host]);
  const origin = `http://${host}:${port}`;
  return {
    visit: async (address, look, { colorScheme = 'light', expectsErrorResponses = false } = {}) => {
      const context = await browser.newContext({ baseURL: origin, colorScheme });
      context.setDefaultTimeout(patienceMs);
      try {
        const faults = recordFaults(context, origin, expectsErrorResponses);
        await lookAt(context, faults, address, look);
      } finally {
        await context.close();
      }
    },
    close: () => browser.close(),
  };
}

async function lookAt(context: BrowserContext, faults: string[], address: string, look: (page: Page) => Promise<void>) {
  // Not every violation reaches the console.
  await context.addInitScript(() =>
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      console.error(`content security policy: ${violatedDirective} refused ${blockedURI}`),
    ),
  );
  const page = await context.newPage();
  try {
    await page.goto(address);
    await look(page);
    if (faults.length > 0) throw new Error(`${address} must do none of this:\n${faults.join('\n')}`);
  } catch (error) {
    const picture = path.join(await mkdtemp(path.join(tmpdir(), 'tandem-screenshot-')), 'page.png');
    await page.screenshot({ path: picture });
    console.error(`This is what ${page.url()} looked like: ${picture}`, ...faults);
    throw error;
  }
}

const errorResponse = /^Failed to load resource: the server responded with a status of 4\d\d /;

function recordFaults(context: BrowserContext, origin: string, expectsErrorResponses: boolean): string[] {
  const faults: string[] = [];
  context.on('request', (request) => {
    const { protocol, origin: asked } = new URL(request.url());
    if (asked !== origin && !['data:', 'blob:'].includes(protocol)) faults.push(`a request to ${request.url()}`);
  });
  context.on('console', (message) => {
    if (expectsErrorResponses && errorResponse.test(message.text())) return;
    if (message.type() === 'error') faults.push(`a console error: ${message.text()}`);
  });
  context.on('weberror', (error) => faults.push(`an uncaught error: ${error.error().message}`));
  return faults;
}
