import createClient from 'openapi-fetch';
import type { components, paths } from '../../generated/openapi-types.js';
import type { RestAnswer, RestClientKind } from './rest.js';

type Given<Data> = Promise<{ data?: Data; error?: unknown; response: Response }>;

async function answer<Data>(given: Given<Data>): Promise<RestAnswer<Data>> {
  const { data, error, response } = await given;
  return { status: response.status, headers: response.headers, data, error: error as components['schemas']['Error'] | undefined };
}

/** Types by openapi-typescript, requests by openapi-fetch. */
export const openapiFetch: RestClientKind = {
  name: 'openapi-fetch',
  connect: (baseUrl) => {
    const client = createClient<paths>({ baseUrl });
    let token: string | undefined;
    client.use({
      onRequest: ({ request }) => {
        if (token !== undefined) request.headers.set('authorization', `Bearer ${token}`);
        return request;
      },
    });
    const byId = (id: number) => ({ path: { id } });
    return {
      signWith: (accessToken) => {
        token = accessToken;
      },
      signup: (body) => answer(client.POST('/api/auth/signup', { body })),
      login: (body) => answer(client.POST('/api/auth/login', { body })),
      refresh: (body) => answer(client.POST('/api/auth/refresh', { body })),
      logout: () => answer(client.POST('/api/auth/logout')),
      me: () => answer(client.GET('/api/auth/me')),
      updateMe: (body) => answer(client.PATCH('/api/users/me', { body })),
      deleteMe: (body) => answer(client.DELETE('/api/users/me', { body })),
      tasks: (query) => answer(client.GET('/api/tasks', { params: { query } })),
      createTask: (body, key) => answer(client.POST('/api/tasks', { body, params: { header: { 'Idempotency-Key': key } } })),
      task: (id, knownAs) =>
        answer(client.GET('/api/tasks/{id}', { params: { ...byId(id), header: { 'If-None-Match': knownAs } } })),
      updateTask: (id, body, madeFor) =>
        answer(client.PUT('/api/tasks/{id}', { body, params: { ...byId(id), header: { 'If-Match': madeFor } } })),
      deleteTask: (id, madeFor) =>
        answer(client.DELETE('/api/tasks/{id}', { params: { ...byId(id), header: { 'If-Match': madeFor } } })),
      toggleTask: (id) => answer(client.PATCH('/api/tasks/{id}/complete', { params: byId(id) })),
      health: () => answer(client.GET('/health')),
      databaseHealth: () => answer(client.GET('/health/db')),
    };
  },
};
