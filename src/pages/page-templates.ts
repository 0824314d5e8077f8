import { exampleAccount } from './graphiql-tabs.js';

/** The sign of the house, two linked wheels. */
export const logo =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" width="32" height="32" fill="none" stroke-width="4">' +
  '<circle cx="11" cy="16" r="8" stroke="#d6308f"/><circle cx="21" cy="16" r="8" stroke="#3b82f6"/></svg>';

/** The sign as an address, so that no page has to fetch it. */
export const icon = `data:image/svg+xml,${encodeURIComponent(logo)}`;

/** The landing page's only style. */
export const landingStyle = `
  :root { color-scheme: light dark; font: 16px/1.6 system-ui, sans-serif }
  body { max-width: 46rem; margin: 3rem auto; padding: 0 1rem }
  h1 { display: flex; align-items: center; gap: 0.6rem }
  h2 { font-size: 1.1rem; margin-top: 2rem }
  a { color: light-dark(#0b5cad, #8ab8ff) }
  code, pre { font: 0.9rem/1.5 ui-monospace, monospace }
  pre { padding: 1rem; white-space: pre-wrap; background: light-dark(#f2f3f5, #25282c); border-radius: 0.4rem }
  li { margin: 0.4rem 0 }
  :target { outline: 2px solid; outline-offset: 0.5rem }
  footer { margin-top: 2rem; font-size: 0.9rem; color: light-dark(#5b6168, #a4abb3) }
`;

/** A page without a script: text in the landing page's style. */
export const plainPage = (title: string, body: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title}</title><link rel="icon" href="${icon}"><style>${landingStyle}</style>
</head>
<body>
${body}
</body>
</html>
`;

/** The page at `/`: what this is, with links. */
export function landingPage({ explorer, version }: { explorer: boolean; version: string }): string {
  const graphiql = explorer
    ? '<a href="/graphql">GraphiQL</a>: explore the schema, with examples to run'
    : '<code>POST /graphql</code>: the GraphQL API';
  const query = 'mutation ($in: SignupInput!) { signup(input: $in) { accessToken } }';
  // Whatever stands in front of us decides our address, so the examples are requests, not commands.
  return plainPage(
    'Tandem',
    `<h1>${logo} Tandem</h1>
<p>A task backend with one schema and two ways in: GraphQL for front ends, REST for everybody else. Both are the same
operations, over the same rules, and give the same answers.</p>
<ul>
<li>${graphiql}</li>
<li><a href="/docs">REST documentation</a>: try every route; it writes the curl command, too
(<a href="/openapi.json">OpenAPI 3.1</a>)</li>
<li><a href="/docs/errors">Errors</a>: every code, in both styles</li>
<li><a href="/health">Health</a> and <a href="/health/db">database health</a></li>
</ul>
<h2>A first request in REST</h2>
<pre>POST /api/auth/signup
Content-Type: application/json

${JSON.stringify(exampleAccount, null, 2)}</pre>
<h2>The same in GraphQL</h2>
<pre>POST /graphql
Content-Type: application/json

${JSON.stringify({ query, variables: { in: exampleAccount } }, null, 2)}</pre>
<footer>Version ${version}</footer>`,
  );
}

/** The page at `/docs`: Swagger UI over `/openapi.json`. */
export const swaggerPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<title>Tandem REST API</title><link rel="icon" href="${icon}">
<script src="/docs/init.js"></script>
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
</body>
</html>
`;

/** Starts Swagger UI, in the colours that the browser prefers. */
export const swaggerScript = `const dark = matchMedia('(prefers-color-scheme: dark)');
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
follow();
dark.addEventListener('change', follow);
addEventListener('DOMContentLoaded', () =>
  SwaggerUIBundle({
    url: '/openapi.json',
    dom_id: '#swagger-ui',
    deepLinking: true,
    displayRequestDuration: true,
    tryItOutEnabled: true,
  }),
);
`;
