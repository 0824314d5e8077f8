import { Api, type Error as ErrorBody, type HttpResponse } from '../../generated/rest-client.js';
import type { RestAnswer, RestClientKind } from './rest.js';

// It throws the answers that are no success.
async function answer<Data>(given: Promise<HttpResponse<Data, unknown>>): Promise<RestAnswer<Data>> {
  const { ok, status, headers, data, error } = await given.catch((thrown: unknown) => {
    if (thrown instanceof Response) return thrown as HttpResponse<Data, unknown>;
    throw thrown;
  });
  return ok ? { status, headers, data } : { status, headers, error: error as ErrorBody };
}

const field = (name: string, value: string | undefined) => (value === undefined ? {} : { headers: { [name]: value } });

/** Types and requests by swagger-typescript-api. */
export const swaggerTypescriptApi: RestClientKind = {
  name: 'swagger-typescript-api',
  connect: (baseUrl) => {
    const client = new Api<string | undefined>({
      baseUrl,
      // Where a success has no body it would not read an error's either.
      baseApiParams: { format: 'json' },
      securityWorker: (token) => (token ? field('authorization', `Bearer ${token}`) : {}),
    });
    const { api, health } = client;
    return {
      signWith: (accessToken) => client.setSecurityData(accessToken),
      signup: (body) => answer(api.signup(body)),
      login: (body) => answer(api.login(body)),
      refresh: (body) => answer(api.refresh(body)),
      logout: () => answer(api.logout()),
      me: () => answer(api.me()),
      updateMe: (body) => answer(api.updateMe(body)),
      deleteMe: (body) => answer(api.deleteMe(body)),
      tasks: (query) => answer(api.tasks(query)),
      createTask: (body, key) => answer(api.createTask(body, field('idempotency-key', key))),
      task: (id, knownAs) => answer(api.task(id, field('if-none-match', knownAs))),
      updateTask: (id, body, madeFor) => answer(api.updateTask(id, body, field('if-match', madeFor))),
      deleteTask: (id, madeFor) => answer(api.deleteTask(id, field('if-match', madeFor))),
      toggleTask: (id) => answer(api.toggleTask(id)),
      health: () => answer(health.health()),
      databaseHealth: () => answer(health.databaseHealth()),
    };
  },
};
