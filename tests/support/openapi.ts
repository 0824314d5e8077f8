import { openApiDocument } from '../../src/openapi/document.js';
import { routes } from '../../src/rest/routes.js';
import { restView } from '../../src/rest/view.js';
import { schema } from '../../src/schema/root.js';

/** A JSON Schema, as far as the tests look at it. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly string[];
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
  readonly properties?: Readonly<Record<string, Schema>>;
}

interface Body {
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, unknown>>;
}

interface Content {
  readonly 'application/json': Body;
  readonly 'application/problem+json'?: Body;
}

interface Answer {
  readonly headers: Readonly<Record<string, unknown>>;
  readonly content?: Content;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly schema: object;
  readonly example: unknown;
}

interface Reference {
  readonly $ref: string;
}

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly security?: readonly object[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, Answer & { readonly $ref?: string }>>;
}

/** The same of the OpenAPI document. */
export interface Document {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, Omit<Operation, 'parameters'> & { parameters?: readonly (Parameter | Reference)[] }>>>
  >;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly responses: Readonly<Record<string, Answer>>;
    readonly parameters: Readonly<Record<string, Parameter>>;
  };
}

/** The schema as REST shows it. */
export const view = restView(schema, routes);
/** The document as it is sent. */
export const sent = JSON.stringify(openApiDocument(view, routes, '1.2.3'));
/** The document as it is read. */
export const document = JSON.parse(sent) as Document;
/** Every operation of the document, with the parameters that it refers to. */
export const operations: readonly Operation[] = Object.values(document.paths)
  .flatMap((methods) => Object.values(methods))
  .map(({ parameters, ...operation }) => ({
    ...operation,
    ...(parameters && { parameters: parameters.map(parameterOf) }),
  }));

function parameterOf(parameter: Parameter | Reference): Parameter {
  if (!('$ref' in parameter)) return parameter;
  return document.components.parameters[parameter.$ref.split('/').at(-1) ?? ''] as Parameter;
}

/** The operation of a root field. */
export const byId = (id: string) => operations.find(({ operationId }) => operationId === id) as Operation;
/** The answers of an operation, references followed. */
export const answers = ({ responses: own }: Operation) =>
  Object.entries(own).map(([status, { $ref, ...answer }]) => ({
    status,
    ...($ref ? (document.components.responses[$ref.split('/').at(-1) ?? ''] as Answer) : (answer as Answer)),
  }));
