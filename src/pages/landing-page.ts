import { exampleAccount } from '../accounts/examples.js';
import { logo, staticPage } from './page-templates.js';

/** What the landing page depends on. */
interface LandingPageOptions {
  /** Whether GraphiQL is served. */
  readonly explorer: boolean;
  readonly version: string;
}

/** Renders the page at `/`: what the product is, with links to the other pages. */
export function landingPage({ explorer, version }: LandingPageOptions): string {
  const graphiql = explorer
    ? '<a href="/graphql">GraphiQL</a>: explore the schema and run example operations'
    : '<code>POST /graphql</code>: the GraphQL API';
  const query = 'mutation ($input: SignupInput!) { signup(input: $input) { accessToken } }';
  // A proxy decides the public URL, so the examples are requests, not commands.
  return staticPage(
    'Tandem',
    `<h1>${logo} Tandem</h1>
<p>A task backend with one schema and two APIs: GraphQL for front ends, REST for everything else. Both expose the same
operations, apply the same rules and return the same results.</p>
<ul>
<li>${graphiql}</li>
<li><a href="/docs">REST documentation</a>: try every route and copy it as a curl command
(<a href="/openapi.json">OpenAPI 3.1</a>)</li>
<li><a href="/docs/errors">Errors</a>: every error code of both APIs</li>
<li><a href="/health">Health</a> and <a href="/health/db">database health</a></li>
</ul>
<h2>A first request in REST</h2>
<pre>POST /api/auth/signup
Content-Type: application/json

${JSON.stringify(exampleAccount, null, 2)}</pre>
<h2>The same in GraphQL</h2>
<pre>POST /graphql
Content-Type: application/json

${JSON.stringify({ query, variables: { input: exampleAccount } }, null, 2)}</pre>
<footer>Version ${version}</footer>`,
  );
}
