import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import { exampleTabs, landingPage, swaggerPage } from './page-texts.js';

/** One page as it is sent. */
export interface Page {
  readonly body: string | Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** The pages that need no network. */
export interface Pages {
  /** @param accept the request's `Accept`: `/graphql` is a page only for a browser. */
  find(path: string, accept: string): Promise<Page | undefined>;
}

const swaggerFolder = path.dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const swaggerFiles: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};

// Everything comes from here; styles and scripts stand in the page or beside it. GraphiQL's editor runs in workers
// that it makes from blobs, and compiles what they check.
const ownContent =
  "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; font-src 'self' data:; frame-ancestors 'none'; base-uri 'none'";
const landingContent = ownContent;
const swaggerContent = `${ownContent}; script-src 'self' 'unsafe-inline'`;
const graphiqlContent = `${ownContent}; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; worker-src 'self' blob: data:`;

const html = (body: string, policy: string): Page => ({
  body,
  headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy, 'cache-control': 'no-cache' },
});

interface PageParts {
  /** Whether GraphiQL is shown. */
  readonly explorer: boolean;
  readonly version: string;
  /** The OpenAPI document, ready to send. */
  readonly openapi: string;
}

export function createPages({ explorer, version, openapi }: PageParts): Pages {
  let graphiql: Page | undefined;
  const fixed: Readonly<Record<string, Page>> = {
    '/': html(landingPage({ explorer, version }), landingContent),
    '/docs': html(swaggerPage(), swaggerContent),
    '/openapi.json': {
      body: openapi,
      headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-cache' },
    },
  };
  return {
    find: async (address, accept) => {
      if (address === '/graphql') {
        if (!explorer || !accept.includes('text/html')) return undefined;
        // Nine megabytes: made when somebody first looks.
        graphiql ??= html(
          renderGraphiQL({ title: 'Tandem GraphiQL', defaultTabs: exampleTabs, shouldPersistHeaders: true }),
          graphiqlContent,
        );
        return graphiql;
      }
      return fixed[address] ?? swaggerFile(address);
    },
  };
}

async function swaggerFile(address: string): Promise<Page | undefined> {
  const name = address.startsWith('/docs/') ? address.slice('/docs/'.length) : '';
  const type = Object.hasOwn(swaggerFiles, name) ? swaggerFiles[name] : undefined;
  if (!type) return undefined;
  const body = await readFile(path.join(swaggerFolder, name));
  return { body, headers: { 'content-type': type, 'cache-control': 'public, max-age=3600' } };
}
