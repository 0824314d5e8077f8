/** The methods that REST operations have. */
type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One row of the table: where an operation is, and what its success says beside the body. */
export interface Route {
  readonly method: Method;
  /** With `{name}` for arguments in the path. */
  readonly path: string;
  readonly status: 200 | 201 | 204;
  /** Groups operations in the documents. */
  readonly tag: 'Tasks' | 'Identity' | 'Health';
  /** The field of the answer that completes the `Location` of what was made, and what stands before it. */
  readonly location?: { readonly prefix: string; readonly field: string };
  /** Sends `Link` to the pages around this one. */
  readonly paged?: true;
  /** Sends the `ETag` of what is answered, and reads take conditions. */
  readonly tagged?: true;
}

const row =
  (method: Method) =>
  (path: string, status: Route['status'], tag: Route['tag'], more: Partial<Route> = {}): Route => ({
    method,
    path,
    status,
    tag,
    ...more,
  });
const [get, post, put, patch, remove] = [row('GET'), row('POST'), row('PUT'), row('PATCH'), row('DELETE')];

/** REST is this table: schema coordinate → route. What is not here has no route. */
export const routes: Readonly<Record<string, Route>> = {
  'Mutation.signup': post('/api/auth/signup', 201, 'Identity'),
  'Mutation.login': post('/api/auth/login', 200, 'Identity'),
  'Mutation.refresh': post('/api/auth/refresh', 200, 'Identity'),
  'Mutation.logout': post('/api/auth/logout', 204, 'Identity'),
  'Query.me': get('/api/auth/me', 200, 'Identity'),
  'Mutation.updateMe': patch('/api/users/me', 200, 'Identity'),
  'Mutation.deleteMe': remove('/api/users/me', 204, 'Identity'),
  'Query.tasks': get('/api/tasks', 200, 'Tasks', { tagged: true, paged: true }),
  'Mutation.createTask': post('/api/tasks', 201, 'Tasks', {
    tagged: true,
    location: { prefix: '/api/tasks/', field: 'id' },
  }),
  'Query.task': get('/api/tasks/{id}', 200, 'Tasks', { tagged: true }),
  'Mutation.updateTask': put('/api/tasks/{id}', 200, 'Tasks', { tagged: true }),
  'Mutation.deleteTask': remove('/api/tasks/{id}', 204, 'Tasks'),
  'Mutation.toggleTask': patch('/api/tasks/{id}/complete', 200, 'Tasks', { tagged: true }),
  'Query.health': get('/health', 200, 'Health'),
  'Query.databaseHealth': get('/health/db', 200, 'Health'),
};

/** A route that a request's path leads to. */
export interface Match {
  readonly coordinate: string;
  readonly route: Route;
}

interface Place {
  readonly pattern: RegExp;
  readonly byMethod: ReadonlyMap<string, Match>;
}

const places: readonly Place[] = [...new Set(Object.values(routes).map(({ path }) => path))].map((path) => ({
  pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
  byMethod: new Map(
    Object.entries(routes)
      .filter(([, route]) => route.path === path)
      .map(([coordinate, route]) => [route.method, { coordinate, route }]),
  ),
}));

/**
 * Finds what is at a path.
 * @returns the operations there by method; undefined when there is nothing.
 */
export const placeOf = (path: string): ReadonlyMap<string, Match> | undefined =>
  places.find(({ pattern }) => pattern.test(path))?.byMethod;
