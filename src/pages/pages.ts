import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { prefersPage } from '../http/content-negotiation.js';
import { graphiqlPolicy, staticPagePolicy, swaggerPolicy } from './content-security-policy.js';
import { errorsPage } from './errors-page.js';
import { graphiqlPage } from './graphiql-page.js';
import { landingPage } from './landing-page.js';
import { readSwaggerBundle, readSwaggerStyle, swaggerPage, swaggerScript } from './swagger-page.js';

/** One page or file, ready to send. */
export interface Page {
  readonly body: Buffer;
  readonly gzipped: Buffer;
  readonly headers: Readonly<Record<string, string>> & { readonly etag: string };
}

/** The pages for people and the OpenAPI document. All work without a network. */
export interface Pages {
  /**
   * Finds what is served at a path.
   * @param accept the request's `Accept`: `/graphql` is a page for browsers only.
   * @returns undefined when there is no page.
   */
  find(path: string, accept: string): Promise<Page> | undefined;
}

interface PagesOptions {
  /** Whether GraphiQL is served. */
  readonly explorer: boolean;
  readonly version: string;
  /** The OpenAPI document as JSON. */
  readonly openapi: string;
}

/** Creates the pages. Each is built at its first request: GraphiQL is nine megabytes. */
export function createPages({ explorer, version, openapi }: PagesOptions): Pages {
  const builders: Readonly<Record<string, () => Promise<Page>>> = {
    '/': async () => toPage(landingPage({ explorer, version }), 'text/html', staticPagePolicy),
    '/docs': async () => toPage(swaggerPage, 'text/html', swaggerPolicy),
    '/docs/errors': async () => toPage(errorsPage(), 'text/html', staticPagePolicy),
    '/docs/init.js': async () => toPage(swaggerScript, 'text/javascript'),
    '/docs/swagger-ui.css': async () => toPage(await readSwaggerStyle(), 'text/css'),
    '/docs/swagger-ui-bundle.js': async () => toPage(await readSwaggerBundle(), 'text/javascript'),
    '/openapi.json': async () => toPage(openapi, 'application/json'),
    ...(explorer ? { '/graphql': buildGraphiql } : {}),
  };
  const built = new Map<string, Promise<Page>>();
  return {
    find: (path, accept) => {
      const build = Object.hasOwn(builders, path) ? builders[path] : undefined;
      if (!build || (path === '/graphql' && !prefersPage(accept))) return undefined;
      const existing = built.get(path);
      if (existing) return existing;
      const page = build();
      built.set(path, page);
      // The next request tries again after a failure.
      page.catch(() => built.delete(path));
      return page;
    },
  };
}

async function buildGraphiql(): Promise<Page> {
  const { html, script } = await graphiqlPage();
  return toPage(html, 'text/html', graphiqlPolicy(script));
}

const compress = promisify(gzip);

async function toPage(content: string | Buffer, type: string, contentSecurityPolicy?: string): Promise<Page> {
  const body = Buffer.from(content);
  return {
    body,
    gzipped: await compress(body),
    headers: {
      'content-type': `${type}; charset=utf-8`,
      'cache-control': 'no-cache',
      // Weak, because the plain and the compressed form share it: RFC 9110 §8.8.1.
      etag: `W/"${createHash('sha256').update(body).digest('base64')}"`,
      vary: 'Accept, Accept-Encoding',
      ...(contentSecurityPolicy ? { 'content-security-policy': contentSecurityPolicy } : {}),
    },
  };
}
