import { isEnumType, print } from 'graphql';
import { ClientError, GraphQLClient } from 'graphql-request';
import { routes } from '../../src/rest/routes.js';
import { schema } from '../../src/schema/root.js';
import * as documents from '../generated/documents.js';

/** Anything that answers requests: the app in this process, or a server behind a socket. */
export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

/** What an operation gave, in one spelling for both styles: REST's. */
export interface Outcome {
  /** The answer; `true` for what REST answers with 204. Undefined when it failed. */
  readonly value?: unknown;
  /** Of a task that was answered: GraphQL's `version`, REST's `ETag`. */
  readonly version?: string;
  readonly code?: string;
  readonly message?: string;
  readonly details?: Record<string, unknown>;
  readonly status: number;
  readonly headers: Headers;
}

/** The operations that both styles have, by root field: each has a document of its name in `documents.graphql`. */
export type Operation = Exclude<Uncapitalize<keyof typeof documents>, 'tasksUncounted'>;

/** What an operation is called with, as GraphQL spells it; enum values as REST spells them. */
export interface Arguments {
  readonly id?: unknown;
  readonly input?: unknown;
  readonly page?: unknown;
  readonly limit?: unknown;
  readonly status?: unknown;
  readonly search?: unknown;
  readonly sort?: unknown;
  /** False leaves `total` out: in GraphQL it is not selected. */
  readonly total?: unknown;
  /** In REST `If-Match`. */
  readonly ifVersion?: number;
  /** A header field in both. */
  readonly idempotencyKey?: string;
}

const commonHeaders = ({ idempotencyKey }: Arguments, token: string | undefined): Record<string, string> => ({
  ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
});

/** One way in. */
export interface Style {
  readonly name: 'GraphQL' | 'REST';
  call(fetch: Fetch, operation: Operation, args?: Arguments, token?: string): Promise<Outcome>;
}

const snake = (name: string) => name.replaceAll(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Renames every key of a value. */
function respell(value: unknown, rename: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => respell(item, rename));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [rename(key), respell(item, rename)]));
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The enum values of GraphQL, by their spelling in REST. */
const enumNames = new Map(
  Object.values(schema.getTypeMap()).flatMap((type) =>
    isEnumType(type) ? type.getValues().map(({ name, value }) => [value as unknown, name] as const) : [],
  ),
);

const enumValues = new Map([...enumNames].map(([value, name]) => [name as unknown, value]));

/** `-created_at` → `CREATED_AT_DESC`, `Pending` → `PENDING`; what is none of these stays as it is. */
function enumName(value: unknown): unknown {
  return enumNames.get(value) ?? value;
}

function graphqlVariables({ status, sort, input, total: _, idempotencyKey: __, ...rest }: Arguments): Record<string, unknown> {
  const given = { ...rest, status: enumName(status), sort: enumName(sort), input };
  if (isRecord(input) && 'status' in input) given.input = { ...input, status: enumName(input.status) };
  if (isRecord(input) && Array.isArray(input.scopes)) given.input = { ...input, scopes: input.scopes.map(enumName) };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** A GraphQL value as REST would spell it. */
function restValue(value: unknown): unknown {
  const spelled = respell(value, snake);
  const visit = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(visit);
    if (!isRecord(node)) return node;
    const copy = Object.fromEntries(Object.entries(node).map(([key, item]) => [key, visit(item)]));
    if (copy.status === 'PENDING') copy.status = 'Pending';
    if (copy.status === 'COMPLETED') copy.status = 'Completed';
    if (Array.isArray(copy.scopes)) copy.scopes = copy.scopes.map((name) => enumValues.get(name));
    if ('user_id' in copy) {
      copy.id = Number(copy.id);
      // In REST it is the entity tag.
      delete copy.version;
    }
    return copy;
  };
  return visit(spelled);
}

const nameOf = (document: string): string => document.charAt(0).toLowerCase() + document.slice(1);
const uncountedTasks = print(documents.TasksUncounted);
const texts = Object.fromEntries(Object.entries(documents).map(([name, document]) => [nameOf(name), print(document)]));

/** The first route of each operation. */
const routeOf = new Map(routes.toReversed().map((route) => [route.operation.split('.')[1], route]));

/** Answered with no content in REST. */
const isSilent = (operation: Operation): boolean => [202, 204].includes(routeOf.get(operation)?.status ?? 200);

/** An operation as GraphQL sends it. */
export const graphqlRequest = (operation: Operation, args: Arguments) => ({
  document: operation === 'tasks' && args.total === false ? uncountedTasks : (texts[operation] as string),
  variables: graphqlVariables(args),
});

const graphqlVersion = (answer: unknown): string | undefined =>
  isRecord(answer) && 'version' in answer && 'userId' in answer ? String(answer.version) : undefined;

/** GraphQL by graphql-request, with documents typed by `codegen.ts`. */
export const graphqlStyle: Style = {
  name: 'GraphQL',
  call: async (fetch, operation, args = {}, token) => {
    const headers = commonHeaders(args, token);
    const client = new GraphQLClient('http://localhost/graphql', { fetch: fetch as never, headers, errorPolicy: 'none' });
    const { document, variables } = graphqlRequest(operation, args);
    try {
      const { data, headers: sent, status } = await client.rawRequest<Record<string, unknown>>(document, variables);
      const answer = data[operation];
      const value = isSilent(operation) ? true : restValue(answer);
      return { value, version: graphqlVersion(answer), status, headers: sent as Headers };
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      const [first] = error.response.errors ?? [];
      const extensions = first?.extensions as { code: string; details: Record<string, unknown> };
      const details = respellFields(extensions.details);
      return {
        code: extensions.code,
        message: first?.message,
        details,
        status: error.response.status,
        headers: error.response.headers as Headers,
      };
    }
  },
};

function respellFields(details: Record<string, unknown>): Record<string, unknown> {
  const copy = { ...details };
  if (typeof copy.field === 'string') copy.field = snake(copy.field);
  if (Array.isArray(copy.errors)) copy.errors = copy.errors.map((fault) => ({ ...fault, field: snake(fault.field) }));
  return copy;
}

/** REST as a legacy client writes it. */
export const restStyle: Style = {
  name: 'REST',
  call: async (fetch, operation, args = {}, token) => {
    const { id, input, ifVersion, idempotencyKey: _, ...query } = args;
    const route = routeOf.get(operation);
    if (!route) throw new Error(`${operation} has no route`);
    const { method, path } = route;
    const url = new URL(`http://localhost${path.replace('{id}', encodeURIComponent(String(id)))}`);
    for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, String(value));
    const headers = commonHeaders(args, token);
    if (input !== undefined) headers['content-type'] = 'application/json';
    if (ifVersion !== undefined) headers['if-match'] = `"${ifVersion}"`;
    const response = await fetch(url.href, {
      method,
      headers,
      body: input === undefined ? undefined : JSON.stringify(respell(input, snake)),
    });
    const text = await response.text();
    const { status } = response;
    if (text === '' && response.ok) return { value: true, status, headers: response.headers };
    const body = JSON.parse(text);
    const version = /^"(\d+)"$/.exec(response.headers.get('etag') ?? '')?.[1];
    if (response.ok) return { value: body, version, status, headers: response.headers };
    return { code: body.error_code, message: body.message, details: body.details, status, headers: response.headers };
  },
};

export const styles: readonly Style[] = [graphqlStyle, restStyle];
