import { isDeepStrictEqual } from 'node:util';
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { mergeDeep } from '@graphql-tools/utils';
import { apiCompare } from 'api-smart-diff';
import { buildSchema } from 'graphql';

/** What clients are promised, as it is committed. */
export interface ApiDocuments {
  /** The text of schema.graphql. */
  readonly sdl: string;
  /** The text of openapi.json. */
  readonly openapi: string;
}

/**
 * Finds what breaks clients.
 * @param before what they were promised.
 * @returns one line a change, such as `GraphQL: Field 'Task.title' was removed`; the same change is always the same line.
 */
export async function breakingChanges(before: ApiDocuments, after: ApiDocuments): Promise<string[]> {
  const changes = await diff(buildSchema(before.sdl), buildSchema(after.sdl));
  const graphql = changes
    .filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking)
    .map(({ message }) => `GraphQL: ${message}`);
  return [...new Set([...graphql, ...restChanges(before.openapi, after.openapi)])];
}

interface Difference {
  readonly action: string;
  readonly path: readonly (string | number)[];
  readonly type: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

type Path = Difference['path'];

function restChanges(before: string, after: string): string[] {
  const [old, young] = [explicit(before), explicit(after)];
  dropEqual(old, young);
  const differences = apiCompare(old, young).diffs as unknown as Difference[];
  const breaking = differences.filter((difference) => difference.path[0] === 'paths' && breaks(difference));
  const isGone = (path: Path) => breaking.some((each) => each.action === 'remove' && each.path.join() === path.join());
  return breaking
    .filter(({ path, before }) => path.at(-2) !== 'required' || !isGone([...path.slice(0, -2), 'properties', String(before)]))
    .map((difference) => wordChange(difference, old));
}

interface OpenApi {
  readonly security: unknown;
  readonly paths: Record<string, Record<string, Operation>>;
}

interface Operation {
  security?: unknown;
  readonly parameters?: readonly { readonly name: string }[];
  readonly responses: Record<string, unknown>;
}

/**
 * Reads a document so that each operation says all that holds for it: who may ask, and schemas without a reference. In
 * answers the library judges what stands behind a reference with a neighbour, or in `allOf`, as if it were sent.
 */
function explicit(text: string): OpenApi {
  const document = JSON.parse(text) as OpenApi;
  for (const operation of Object.values(document.paths).flatMap((item) => Object.values(item)))
    operation.security ??= document.security;
  return { ...document, paths: flatten(document.paths, document) as OpenApi['paths'] };
}

function flatten(node: unknown, document: object, known = new Map<string, unknown>()): unknown {
  if (Array.isArray(node)) return node.map((item) => flatten(item, document, known));
  if (typeof node !== 'object' || node === null) return node;
  const { $ref, allOf = [], ...own } = node as { $ref?: string; allOf?: unknown[] };
  const parts = allOf.map((part) => flatten(part, document, known) as object);
  if ($ref !== undefined) {
    if (!known.has($ref)) known.set($ref, flatten(valueFromPointer(document, $ref), document, known));
    parts.unshift(known.get($ref) as object);
  }
  return mergeDeep([
    ...parts,
    Object.fromEntries(Object.entries(own).map(([key, value]) => [key, flatten(value, document, known)])),
  ]);
}

const valueFromPointer = (document: object, pointer: string): unknown =>
  pointer
    .split('/')
    .slice(1)
    .reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], document);

/** Takes out the operations and the answers that are the same in both: most are, and the library takes seconds for them. */
function dropEqual(old: OpenApi, young: OpenApi): void {
  for (const [address, methods] of Object.entries(old.paths)) {
    const others = young.paths[address] ?? {};
    dropEqualEntries(methods, others);
    for (const [method, { responses }] of Object.entries(methods)) dropEqualEntries(responses, others[method]?.responses ?? {});
  }
}

function dropEqualEntries(old: Record<string, unknown>, young: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(old)) {
    if (!isDeepStrictEqual(value, young[key])) continue;
    delete old[key];
    delete young[key];
  }
}

/** The library's judgement (api-smart-diff 1.0.6), but for types and the enums of answers. */
function breaks({ action, path, type, before, after }: Difference): boolean {
  const answered = path[3] === 'responses';
  if (path.at(-1) === 'type' && action === 'replace')
    return answered ? !covers(before, after) : !covers(after, before) && !(path[3] === 'parameters' && after === 'string');
  // Clients are told to expect values that they do not know: docs/changes/README.md.
  if (answered && path.at(-2) === 'enum' && action === 'add') return false;
  // A response schema that opens changes no response, and a new field breaks no client.
  if (answered && path.at(-1) === 'additionalProperties') return false;
  return type === 'breaking';
}

/** Whether every value of one type is of another. */
function covers(wide: unknown, narrow: unknown): boolean {
  const types = [wide].flat();
  return [narrow].flat().every((type) => types.includes(type) || (type === 'integer' && types.includes('number')));
}

const verbs: Readonly<Record<string, string>> = { add: 'added', remove: 'removed', replace: 'changed', rename: 'renamed' };

function wordChange({ action, path, before, after }: Difference, old: OpenApi): string {
  const [, address = '', method = '', ...place] = path.map(String);
  const changed = action === 'add' ? after : before;
  // A number in a list says nothing: what stands there does.
  if (typeof path.at(-1) === 'number') place[place.length - 1] = (changed as { name?: string }).name ?? JSON.stringify(changed);
  if (place[0] === 'parameters' && place.length > 2)
    place[1] = old.paths[address]?.[method]?.parameters?.[Number(place[1])]?.name ?? String(place[1]);
  const values = action === 'replace' ? ` from ${JSON.stringify(before)} to ${JSON.stringify(after)}` : '';
  return `REST: ${method.toUpperCase()} ${address}: ${verbs[action]} ${place.join(' ')}`.trimEnd() + values;
}
