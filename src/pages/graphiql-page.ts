import { emptyAuthorization, exampleTabs, healthTab } from './graphiql-tabs.js';
import { icon, logo } from './page-templates.js';

const options = {
  title: 'Tandem GraphiQL',
  favicon: icon,
  logo,
  shouldPersistHeaders: true,
  // The header fields of a new tab.
  headers: emptyAuthorization,
  defaultEditorToolsVisibility: 'variables',
  defaultTabs: exampleTabs,
} as const;

// @graphql-yoga/render-graphiql 5.24 (GraphiQL 5) moves a tab away from the pointer when it is pressed for the first time.
const steadyTabs = '.graphiql-tab { transform: none !important }';

// GraphiQL 5 has no layout for narrow screens: side by side, the response would be 52 px wide on a phone.
const stackedOnNarrowScreens = `@media (max-width: 600px) {
  #graphiql-session { flex-direction: column }
  .graphiql-horizontal-drag-bar, .graphiql-logo { display: none }
}`;

// Without a remembered query GraphiQL 5 opens one more, empty tab at every visit after the first.
const rememberQuery = `localStorage['graphiql:query'] ??= ${JSON.stringify(healthTab)};`;

/**
 * Renders the page for browsers at `/graphql`, scripts and styles included: nine megabytes.
 * @returns the page, and its inline script exactly as it is in the page, for the content security policy.
 */
export async function graphiqlPage(): Promise<{ html: string; script: string }> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const html = renderGraphiQL(options)
    .replace('</style>', () => `${steadyTabs}\n${stackedOnNarrowScreens}</style>`)
    .replace('<script>', () => `<script>${rememberQuery}`);
  return { html, script: html.slice(html.indexOf('<script>') + '<script>'.length, html.lastIndexOf('</script>')) };
}
