/** The methods of REST operations. */
type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What the operations are about, for the OpenAPI document. */
export const subject = 'Tasks and user accounts.';

/** Examples of header fields that contain a path, for the OpenAPI document. */
export const headerExamples = {
  Location: '/api/tasks/1',
  Link: '</api/tasks?page=1&limit=50>; rel="first", </api/tasks?page=1&limit=50>; rel="last"',
} as const;

/** What operations are grouped by in the OpenAPI document, in its order. */
export const tags = {
  Identity: 'Accounts, sessions and personal API tokens.',
  Tasks: 'Your tasks. A task of another user responds 403.',
  Health: 'Liveness and database checks, for monitoring.',
} as const;

/** One row of the table. */
export interface Route {
  /** The schema coordinate, such as `Query.me`; several routes may lead to one operation. */
  readonly operation: string;
  readonly method: Method;
  /** With `{name}` for arguments in the path. */
  readonly path: string;
  /** The status of a success. */
  readonly status: 200 | 201 | 202 | 204;
  readonly tag: keyof typeof tags;
  /** `operationId` in the OpenAPI document; the field's name when absent. */
  readonly operationId?: string;
  /** `Location` of a created resource: a prefix, and the field of the response that completes it. */
  readonly location?: { readonly prefix: string; readonly field: string };
  /** Sends `Link` to the neighbouring pages. */
  readonly hasPages?: true;
  /** Sends `ETag`; reads take preconditions. */
  readonly hasEtag?: true;
}

const row =
  (method: Method) =>
  (operation: string, path: string, status: Route['status'], tag: Route['tag'], more: Partial<Route> = {}): Route => ({
    operation,
    method,
    path,
    status,
    tag,
    ...more,
  });
const [get, post, put, patch, remove] = [row('GET'), row('POST'), row('PUT'), row('PATCH'), row('DELETE')];

/** Whether a success has no content: the operation returns nothing that a client does not know. */
export const hasNoContent = ({ status }: Route): boolean => status === 202 || status === 204;

/** Whether a rate limit counts the requests of a route: health checks are free. */
export const isRateLimited = ({ tag }: Route): boolean => tag !== 'Health';

/** REST is this table. An operation that is not in it has no route. */
export const routes: readonly Route[] = [
  post('Mutation.signup', '/api/auth/signup', 201, 'Identity'),
  post('Mutation.login', '/api/auth/login', 200, 'Identity'),
  post('Mutation.refresh', '/api/auth/refresh', 200, 'Identity'),
  post('Mutation.logout', '/api/auth/logout', 204, 'Identity'),
  get('Query.me', '/api/auth/me', 200, 'Identity'),
  get('Query.me', '/api/users/me', 200, 'Identity', { operationId: 'usersMe' }),
  patch('Mutation.updateMe', '/api/users/me', 200, 'Identity'),
  remove('Mutation.deleteMe', '/api/users/me', 204, 'Identity'),
  post('Mutation.forgotPassword', '/api/auth/password/forgot', 202, 'Identity'),
  post('Mutation.resetPassword', '/api/auth/password/reset', 204, 'Identity'),
  post('Mutation.confirmEmail', '/api/auth/email/confirm', 204, 'Identity'),
  get('Query.sessions', '/api/auth/sessions', 200, 'Identity'),
  remove('Mutation.revokeOtherSessions', '/api/auth/sessions', 204, 'Identity'),
  remove('Mutation.revokeSession', '/api/auth/sessions/{id}', 204, 'Identity'),
  get('Query.apiTokens', '/api/auth/tokens', 200, 'Identity'),
  post('Mutation.createApiToken', '/api/auth/tokens', 201, 'Identity'),
  remove('Mutation.revokeApiToken', '/api/auth/tokens/{id}', 204, 'Identity'),
  get('Query.tasks', '/api/tasks', 200, 'Tasks', { hasEtag: true, hasPages: true }),
  post('Mutation.createTask', '/api/tasks', 201, 'Tasks', { hasEtag: true, location: { prefix: '/api/tasks/', field: 'id' } }),
  get('Query.task', '/api/tasks/{id}', 200, 'Tasks', { hasEtag: true }),
  put('Mutation.updateTask', '/api/tasks/{id}', 200, 'Tasks', { hasEtag: true }),
  remove('Mutation.deleteTask', '/api/tasks/{id}', 204, 'Tasks'),
  patch('Mutation.toggleTask', '/api/tasks/{id}/complete', 200, 'Tasks', { hasEtag: true }),
  get('Query.health', '/health', 200, 'Health'),
  get('Query.databaseHealth', '/health/db', 200, 'Health'),
];

/** The routes of one path, by method. */
export type RouteEntry = ReadonlyMap<string, Route>;

/** @returns finds the routes of a request's path; undefined when it leads nowhere. */
export function createRouter(table: readonly Route[]): (path: string) => RouteEntry | undefined {
  const entries = [...new Set(table.map(({ path }) => path))].map((path) => ({
    pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
    byMethod: new Map(table.filter((route) => route.path === path).map((route) => [route.method as string, route])),
  }));
  return (path) => entries.find(({ pattern }) => pattern.test(path))?.byMethod;
}

/** The value of `Allow` for a path: its methods, HEAD where GET is, and OPTIONS. */
export const allowedMethods = (entry: RouteEntry): string[] => [
  ...entry.keys(),
  ...(entry.has('GET') ? ['HEAD'] : []),
  'OPTIONS',
];
