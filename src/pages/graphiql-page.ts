import { emptyAuthorization, exampleTabs, welcome } from './graphiql-tabs.js';
import { icon, logo } from './page-templates.js';

const options = {
  title: 'Tandem GraphiQL',
  favicon: icon,
  logo,
  shouldPersistHeaders: true,
  // Of each new tab.
  headers: emptyAuthorization,
  defaultEditorToolsVisibility: 'variables',
  defaultTabs: exampleTabs,
} as const;

// @graphql-yoga/render-graphiql 5.24 (GraphiQL 5) moves a tab away under the first press on it.
const steadyTabs = '.graphiql-tab { transform: none !important }';

// The same: without a query that it remembers, each visit after the first opens one more tab, an empty one.
const rememberQuery = `localStorage['graphiql:query'] ??= ${JSON.stringify(welcome)};`;

/**
 * Writes the page for browsers at `/graphql`: all in one, nine megabytes.
 * @returns also its script as it stands in the page, for the content security policy.
 */
export async function graphiqlPage(): Promise<{ html: string; script: string }> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const html = renderGraphiQL(options)
    .replace('</style>', () => `${steadyTabs}</style>`)
    .replace('<script>', () => `<script>${rememberQuery}`);
  return { html, script: html.slice(html.indexOf('<script>') + '<script>'.length, html.lastIndexOf('</script>')) };
}
