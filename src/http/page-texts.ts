/** What GraphiQL starts with: a way in, and what people do first. */
export const exampleTabs = [
  {
    query: `# Tandem: one schema, GraphQL and REST. Run this tab first, then put the accessToken
# that it answers into the Headers editor below: {"Authorization": "Bearer …"}
mutation SignUp {
  signup(input: { email: "ada@example.com", password: "correct horse battery", name: "Ada" }) {
    accessToken
    refreshToken
    expiresIn
    user { id name }
  }
}

mutation LogIn {
  login(input: { email: "ada@example.com", password: "correct horse battery" }) {
    accessToken
  }
}
`,
  },
  {
    query: `mutation CreateTask($input: CreateTaskInput!) {
  createTask(input: $input) {
    id
    title
    status
    createdAt
  }
}
`,
    variables: JSON.stringify({ input: { title: 'Buy groceries', description: 'Milk, eggs, bread' } }, null, 2),
    headers: '{"Authorization": "Bearer "}',
  },
  {
    query: `query MyTasks($first: Int = 10, $after: String) {
  me {
    name
    tasks(first: $first, after: $after, sort: CREATED_AT_DESC) {
      totalCount
      edges { cursor node { id title status updatedAt } }
      pageInfo { hasNextPage endCursor }
    }
  }
}

query Pending {
  tasks(status: PENDING, search: "groceries", limit: 20) {
    total
    data { id title }
  }
}
`,
    headers: '{"Authorization": "Bearer "}',
  },
];

const styles = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
  body { max-width: 44rem; margin: 3rem auto; padding: 0 1rem }
  code, pre { font: 0.9rem/1.5 ui-monospace, monospace }
  pre { padding: 1rem; overflow-x: auto; background: color-mix(in srgb, currentColor 8%, transparent); border-radius: 0.4rem }
  li { margin: 0.4rem 0 }
  small { opacity: 0.7 }`;

/** The page at `/`: what this is, with links. */
export function landingPage({ explorer, version }: { explorer: boolean; version: string }): string {
  const graphiql = explorer
    ? '<li><a href="/graphql">GraphiQL</a>: explore the GraphQL API</li>'
    : '<li><code>POST /graphql</code>: the GraphQL API</li>';
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Tandem</title><style>${styles}</style></head>
<body>
<h1>Tandem</h1>
<p>A task backend with one schema and two ways in: GraphQL for front ends, REST for everybody else. Both are the same
operations, over the same rules, and give the same answers.</p>
<ul>
${graphiql}
<li><a href="/docs">REST documentation</a>: try every route (<a href="/openapi.json">OpenAPI 3.1</a>)</li>
<li><a href="/health">Health</a> and <a href="/health/db">database health</a></li>
</ul>
<p>A first request:</p>
<pre>curl -X POST http://localhost:8000/api/auth/signup -H 'content-type: application/json' \\
  -d '{"email":"ada@example.com","password":"correct horse battery","name":"Ada"}'</pre>
<p><small>Version ${version}</small></p>
</body>
</html>
`;
}

/** The page at `/docs`: Swagger UI over `/openapi.json`. */
export const swaggerPage = (): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Tandem REST API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css"><link rel="icon" href="/docs/favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script>
  SwaggerUIBundle({ url: '/openapi.json', dom_id: '#swagger-ui', deepLinking: true, persistAuthorization: true, tryItOutEnabled: true });
</script>
</body>
</html>
`;
