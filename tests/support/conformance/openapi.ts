import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { withClosedResponses } from './strict.js';

interface Described {
  readonly $ref?: string;
  readonly headers?: Readonly<Record<string, DescribedHeader>>;
  readonly content?: Readonly<Record<string, object>>;
}

interface DescribedHeader {
  readonly $ref?: string;
  readonly required?: boolean;
  readonly schema?: { readonly type?: string };
}

/** An operation of the document and the pointer to it. */
export interface Operation {
  readonly pointer: string;
  readonly responses: Readonly<Record<string, Described>>;
}

interface Document {
  readonly components: {
    readonly schemas: Readonly<Record<string, object>>;
  };
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly responses: Operation['responses'] }>>>>;
}

const published = JSON.parse(readFileSync(new URL('../../../openapi.json', import.meta.url), 'utf8')) as Document;
const { components } = published;
const document: Document = {
  ...published,
  components: { ...components, schemas: withClosedResponses(components.schemas) },
};
const ajv = new Ajv2020({ strict: false, allErrors: true, validateSchema: false });
(formats as unknown as (ajv: Ajv2020) => void)(ajv);
ajv.addSchema({ $id: 'openapi.json', ...document });

const pointerKey = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');

const places = Object.entries(document.paths).map(([path, methods]) => ({
  pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
  operations: new Map(
    Object.entries(methods).map(([method, { responses }]) => [
      method.toUpperCase(),
      { pointer: `/paths/${pointerKey(path)}/${method}`, responses },
    ]),
  ),
}));

/** The operations at a path, by method; undefined when the document has none there. */
export const operationsAt = (path: string): ReadonlyMap<string, Operation> | undefined =>
  places.find(({ pattern }) => pattern.test(path))?.operations;

/** Follows a reference within the document. */
function resolve<T extends { readonly $ref?: string }>(value: T, pointer: string): { value: T; pointer: string } {
  if (!value.$ref) return { value, pointer };
  const target = value.$ref.slice(1);
  const found = target
    .split('/')
    .slice(1)
    .reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], document);
  return { value: found as T, pointer: target };
}

/** What the document says of an operation's answer with a status; undefined when it says nothing. */
export function describedAnswer({ responses, pointer }: Operation, status: number) {
  const own = responses[status];
  if (!own) return undefined;
  const answer = resolve(own, `${pointer}/responses/${status}`);
  const headers = Object.entries(answer.value.headers ?? {}).map(([name, header]) => {
    const { value, pointer: at } = resolve(header, `${answer.pointer}/headers/${name}`);
    const isNumber = value.schema?.type === 'integer';
    return { name, required: value.required === true, isNumber, schema: `${at}/schema` };
  });
  const content = Object.keys(answer.value.content ?? {});
  return { headers, content, schemaOf: (type: string) => `${answer.pointer}/content/${pointerKey(type)}/schema` };
}

/** Holds a value against the schema at a pointer. @returns what is wrong with it. */
export function schemaViolations(pointer: string, value: unknown): string[] {
  const validate = ajv.getSchema(`openapi.json#${pointer}`) as ValidateFunction | undefined;
  if (!validate) throw new Error(`the document has nothing at ${pointer}`);
  if (validate(value)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

/** Holds an error's details, which both styles have alike. */
export const detailViolations = (details: unknown): string[] =>
  schemaViolations('/components/schemas/Error/properties/details', details).map((violation) => `details ${violation}`);
