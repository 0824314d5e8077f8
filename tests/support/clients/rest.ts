import type { components } from '../../generated/openapi-types.js';

type Schemas = components['schemas'];

/** What a generated client gave. */
export interface RestAnswer<Data> {
  readonly status: number;
  readonly headers: Headers;
  /** Of a success that has a body. */
  readonly data?: Data;
  /** Of everything else. */
  readonly error?: Schemas['Error'];
}

type Answer<Data> = Promise<RestAnswer<Data>>;

/** The filters of a list. */
interface ListQuery {
  readonly page?: number;
  readonly limit?: number;
  readonly status?: Schemas['TaskStatus'];
  readonly search?: string;
  readonly sort?: Schemas['TaskSort'];
  readonly total?: boolean;
}

/** A generated client for one person, in types that both generators agree on. */
export interface RestClient {
  /** Signs every request from now on; undefined signs none. */
  signWith(accessToken: string | undefined): void;
  signup(body: Schemas['SignupInput']): Answer<Schemas['AuthPayload']>;
  login(body: Schemas['LoginInput']): Answer<Schemas['AuthPayload']>;
  refresh(body: Schemas['RefreshInput']): Answer<Schemas['AuthPayload']>;
  logout(): Answer<unknown>;
  me(): Answer<Schemas['User']>;
  updateMe(body: Schemas['UpdateMeInput']): Answer<Schemas['User']>;
  deleteMe(body: Schemas['DeleteMeInput']): Answer<unknown>;
  tasks(query?: ListQuery): Answer<Schemas['TaskPage']>;
  createTask(body: Schemas['CreateTaskInput'], idempotencyKey?: string): Answer<Schemas['Task']>;
  /** @param knownAs the tag of what the client has already. */
  task(id: number, knownAs?: string): Answer<Schemas['Task']>;
  /** @param madeFor the tag of what the change was made for. */
  updateTask(id: number, body: Schemas['UpdateTaskInput'], madeFor?: string): Answer<Schemas['Task']>;
  deleteTask(id: number, madeFor?: string): Answer<unknown>;
  toggleTask(id: number): Answer<Schemas['Task']>;
  health(): Answer<Schemas['Health']>;
  databaseHealth(): Answer<Schemas['DatabaseHealth']>;
}

/** A family of generated clients. */
export interface RestClientKind {
  readonly name: string;
  connect(url: string): RestClient;
}
