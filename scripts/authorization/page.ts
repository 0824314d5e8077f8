import { errorCatalogue } from '../../src/core/error-catalogue.js';
import type { Route } from '../../src/rest/routes.js';
import { type Caller, type CallerName, callers, type Verdict, verdictOf } from './callers.js';
import { type Policy, policies } from './policies.js';

/** The columns of the page: clients that every operation answers alike share one. */
const columns: readonly (readonly [title: string, names: readonly CallerName[]])[] = [
  ['owner', ['owner', 'cookie']],
  ['other user', ['other', 'issued', 'otherCookie']],
  ['API token with scope', ['apiToken']],
  ['API token without', ['lacking']],
  ['cookie without CSRF token', ['noCsrf', 'otherCsrf']],
  ['cookie from another site', ['foreignOrigin']],
  ['nobody', ['nobody']],
  ['refused token', ['revoked', 'deleted', 'expired', 'foreign', 'refresh', 'revokedApiToken', 'expiredApiToken']],
];

const isWrite = (coordinate: string): boolean => coordinate.startsWith('Mutation.');

function cell(policy: Policy, caller: Caller, verdict: Verdict): string {
  if (verdict.code !== 'allowed') return `${errorCatalogue[verdict.code].status}`;
  return caller.isOther && policy.access !== 'anyone' ? 'own data' : 'yes';
}

/** @throws when clients that share a column are answered differently. */
function cells(coordinate: string, policy: Policy): string[] {
  return columns.map(([title, names]) => {
    const texts = new Set(
      names.map((name) => cell(policy, callers[name], verdictOf(policy, callers[name], isWrite(coordinate)))),
    );
    const [text, ...others] = texts;
    if (text === undefined || others.length > 0) throw new Error(`${coordinate}: the clients of the column "${title}" differ.`);
    return text;
  });
}

function whoMay({ access, needs }: Policy): string {
  const who =
    typeof access === 'string' ? { anyone: 'anyone', session: 'a session' }[access] : access.map((scope) => `\`${scope}\``);
  return [who, needs].filter((part) => part !== undefined).join('; ');
}

function tableRow(coordinate: string, routes: readonly Route[]): string {
  const policy = policies[coordinate] as Policy;
  const paths = routes.filter(({ operation }) => operation === coordinate).map(({ method, path }) => `\`${method} ${path}\``);
  return `| \`${coordinate}\` | ${paths.join('<br>')} | ${whoMay(policy)} | ${cells(coordinate, policy).join(' | ')} |`;
}

function clientRow({ title, credential }: Caller): string {
  const answer = {
    nothing: '`details.reason` is `missing`',
    refused: `\`details.reason\` is \`${'reason' in credential ? credential.reason : ''}\``,
    session: '',
    apiToken: 'isLacking' in credential ? '`details.scope` names the scope' : '',
    cookie: 'protection' in credential && credential.protection !== 'complete' ? 'refused for writes: `CSRF_FAILED`' : '',
  }[credential.kind];
  return `| ${title} | ${answer} |`;
}

/** The authorization matrix as a page. */
export const authorizationMarkdown = (routes: readonly Route[]): string => `# Authorization

Who may use which operation. GraphQL and REST decide alike, and a field behind an alias, a fragment or a connection is decided like
the field itself. \`tests/http/authorization.test.ts\` sends every operation from every client below over both APIs, and checks that a
refused request changes nothing and shows nothing.

- **yes**: runs.
- **own data**: runs for the caller’s own account, tasks, sessions and tokens; what the operation returns and changes is never another’s.
- **401** \`UNAUTHENTICATED\`: no token, or one that is not accepted.
- **403** \`FORBIDDEN\`: the object belongs to another user, or the personal API token may not do this. With cookies \`CSRF_FAILED\`.
- **404** \`NOT_FOUND\`: another user’s sessions and personal API tokens do not exist for you.

REST responds with that status. GraphQL responds with 200 and an error for the field, but refuses the whole request for a token that is
not accepted (401) and for cookies without their protection (403). Operations for anyone ignore tokens and cookies.
A page of another site may make a browser send a read with its cookies, but CORS keeps the response from the page.

| operation | REST | who may | ${columns.map(([title]) => title).join(' | ')} |
|---|---|---|${columns.map(() => '---|').join('')}
${Object.keys(policies)
  .map((coordinate) => tableRow(coordinate, routes))
  .join('\n')}

A scope stands for a session, or a personal API token with that scope. \`User.tasks\` and \`Task.owner\` need what the fields need that
lead to them, and their own scope.

## Clients

| client | what it gets |
|---|---|
${Object.values<Caller>(callers).map(clientRow).join('\n')}

Written by \`npm run generate\` from \`scripts/authorization\`.
`;
