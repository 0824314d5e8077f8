// What is committed of what the sources say: the API as a reviewer and a client see it.
import { printSchema } from 'graphql';
import { errorRows } from '../src/core/error-catalogue.js';
import { readVersion } from '../src/core/project.js';
import { openApiDocument } from '../src/openapi/document.js';
import { routes } from '../src/rest/routes.js';
import { restView } from '../src/rest/view.js';
import { schema } from '../src/schema/root.js';
import { authorizationMarkdown } from './authorization/page.js';

const restCell = (transport: string | undefined, status: number, header: string | undefined) =>
  transport === 'GraphQL' ? 'never' : `${status}${header ? ` + \`${header}\`` : ''}`;

const errorTable = errorRows
  .map(
    ([code, { status, title, description, transport, header }]) =>
      `| \`${code}\` | ${restCell(transport, status, header)} | ${title} | ${description} |`,
  )
  .join('\n');

/** The error catalogue as a page. */
const errorsMarkdown = `# Errors

Every error has one of these codes. REST responds with \`{"error_code", "message", "details"}\`, or with problem details (RFC
9457) if the client accepts \`application/problem+json\` with no lower weight than \`application/json\`; its \`type\` links to
the code on the page \`/docs/errors\`. GraphQL has \`extensions.code\` and \`extensions.details\`, and the enum \`ErrorCode\`.

\`details\` is \`{}\` where there is nothing to add. When fields fail, \`field\` and \`error\` name the first, and where there
are several, \`errors\` lists all.

| code | REST | default message | description |
|---|---|---|---|
${errorTable}

Node's HTTP parser refuses some requests before any of this: a header section over 16 KiB with 431, and a request that does not
arrive in time with 408. Both have the code \`BAD_REQUEST\`.

GraphQL responds with 200 once there is data, also \`null\`; before that with the status of REST, and with 400 for the codes that REST
never has. Under \`application/json\` it is 200 for a document or variables that do not parse, validate or coerce, and for a hash
without a document: [GraphQL over HTTP](graphql-over-http.md#statuses).

Written by \`npm run generate\` from \`src/core/error-catalogue.ts\`.
`;

/** The committed documents by their file names. */
export async function documents(): Promise<Readonly<Record<string, string>>> {
  const version = await readVersion();
  return {
    'schema.graphql': `${printSchema(schema)}\n`,
    'openapi.json': `${JSON.stringify(openApiDocument(restView(schema, routes), routes, version), null, 2)}\n`,
    'docs/errors.md': errorsMarkdown,
    'docs/authorization.md': authorizationMarkdown(routes),
  };
}
