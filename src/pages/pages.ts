import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { prefersPage } from '../http/accept.js';
import { errorsPage } from './errors-page.js';
import { graphiqlPage } from './graphiql-page.js';
import { landingPage, landingStyle, swaggerPage, swaggerScript } from './page-templates.js';

/** One page, ready to send. */
export interface Page {
  readonly body: Buffer;
  readonly gzipped: Buffer;
  readonly headers: Readonly<Record<string, string>> & { readonly etag: string };
}

/** The pages that need no network. */
export interface Pages {
  /** @param accept the request's `Accept`: `/graphql` is a page only for a browser. */
  find(path: string, accept: string): Promise<Page> | undefined;
}

interface PageParts {
  /** Whether GraphiQL is shown. */
  readonly explorer: boolean;
  readonly version: string;
  /** The OpenAPI document, ready to send. */
  readonly openapi: string;
}

type Load = () => Promise<Page>;

/** The pages, each made when somebody first looks: GraphiQL is nine megabytes. */
export function createPages({ explorer, version, openapi }: PageParts): Pages {
  const loads: Readonly<Record<string, Load>> = {
    '/': async () => page(landingPage({ explorer, version }), 'text/html', landingPolicy),
    '/docs': async () => page(swaggerPage, 'text/html', swaggerPolicy),
    '/docs/errors': async () => page(errorsPage(), 'text/html', landingPolicy),
    '/docs/init.js': async () => page(swaggerScript, 'text/javascript'),
    '/docs/swagger-ui.css': async () => page(await readSwagger('swagger-ui.css'), 'text/css'),
    '/docs/swagger-ui-bundle.js': async () => page(await readSwagger('swagger-ui-bundle.js'), 'text/javascript'),
    '/openapi.json': async () => page(openapi, 'application/json'),
    ...(explorer ? { '/graphql': loadGraphiql } : {}),
  };
  const made = new Map<string, Promise<Page>>();
  return {
    find: (address, accept) => {
      const load = Object.hasOwn(loads, address) ? loads[address] : undefined;
      if (!load || (address === '/graphql' && !prefersPage(accept))) return undefined;
      const known = made.get(address);
      if (known) return known;
      const loading = load();
      made.set(address, loading);
      // What failed once is tried again at the next look.
      loading.catch(() => made.delete(address));
      return loading;
    },
  };
}

const swaggerFolder = path.dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const readSwagger = (name: string): Promise<Buffer> => readFile(path.join(swaggerFolder, name));

async function loadGraphiql(): Promise<Page> {
  const { html, script } = await graphiqlPage();
  return page(html, 'text/html', graphiqlPolicy(script));
}

const digest = (content: string | Buffer): string => createHash('sha256').update(content).digest('base64');
const compress = promisify(gzip);

async function page(content: string | Buffer, type: string, policy?: string): Promise<Page> {
  const body = Buffer.from(content);
  return {
    body,
    gzipped: await compress(body),
    headers: {
      'content-type': `${type}; charset=utf-8`,
      'cache-control': 'no-cache',
      // Weak, for it names both the plain and the compressed form: RFC 9110 §8.8.1.
      etag: `W/"${digest(body)}"`,
      vary: 'Accept, Accept-Encoding',
      ...(policy ? { 'content-security-policy': policy } : {}),
    },
  };
}

// A page may load what is named here and nothing else, from this server alone.
const policy = (...allowed: readonly string[]): string =>
  ["default-src 'none'", ...allowed, "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"].join('; ');

const landingPolicy = policy('img-src data:', `style-src 'sha256-${digest(landingStyle)}'`);

const swaggerPolicy = policy("script-src 'self'", "style-src 'self'", "connect-src 'self'", 'img-src data:');

// GraphiQL's editor, Monaco, writes `<style>` elements and starts its workers from blobs.
const graphiqlPolicy = (script: string): string =>
  policy(
    `script-src 'sha256-${digest(script)}'`,
    "style-src 'unsafe-inline'",
    "connect-src 'self'",
    'img-src data:',
    'font-src data:',
    'worker-src blob:',
  );
