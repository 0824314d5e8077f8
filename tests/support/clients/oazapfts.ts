import type { ApiResponse, WithHeaders } from '@oazapfts/runtime';
import * as api from '../../generated/oazapfts-client.js';
import type { RestAnswer, RestClientKind } from './rest.js';

/** What a generated function gives: one member for each status that the document describes. */
type Success<Given> = Extract<Given, { status: 200 | 201 | 204 }> extends { data: infer Data } ? Data : undefined;

async function answer<Given extends WithHeaders<ApiResponse>>(given: Promise<Given>): Promise<RestAnswer<Success<Given>>> {
  const { status, headers, data } = await given;
  return status < 300 ? { status, headers, data: data as Success<Given> } : { status, headers, error: data as api.Error };
}

/** Types and requests by oazapfts. */
export const oazapfts: RestClientKind = {
  name: 'oazapfts',
  connect: (baseUrl) => {
    const options: { baseUrl: string; headers: Record<string, string> } = { baseUrl, headers: {} };
    return {
      signWith: (accessToken) => {
        options.headers = accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` };
      },
      signup: (signupInput) => answer(api.signup({ signupInput }, options)),
      login: (loginInput) => answer(api.login({ loginInput }, options)),
      refresh: (refreshInput) => answer(api.refresh({ refreshInput }, options)),
      logout: () => answer(api.logout({}, options)),
      me: () => answer(api.me(options)),
      updateMe: (updateMeInput) => answer(api.updateMe({ updateMeInput }, options)),
      deleteMe: (deleteMeInput) => answer(api.deleteMe({ deleteMeInput }, options)),
      tasks: (query) => answer(api.tasks({ ...query }, options)),
      createTask: (createTaskInput, idempotencyKey) => answer(api.createTask({ createTaskInput, idempotencyKey }, options)),
      task: (id, ifNoneMatch) => answer(api.task({ id, ifNoneMatch }, options)),
      updateTask: (id, updateTaskInput, ifMatch) => answer(api.updateTask({ id, updateTaskInput, ifMatch }, options)),
      deleteTask: (id, ifMatch) => answer(api.deleteTask({ id, ifMatch }, options)),
      toggleTask: (id) => answer(api.toggleTask({ id }, options)),
      health: () => answer(api.health(options)),
      databaseHealth: () => answer(api.databaseHealth(options)),
    };
  },
};
