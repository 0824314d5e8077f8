import { type DocumentNode, type ExecutionArgs, type GraphQLSchema, Kind, type OperationDefinitionNode } from 'graphql';
import { useSofa } from 'sofa-api';
import type { Route } from './routes.js';

/**
 * Asks Sofa for the operation of every route, once: sends it a request and takes the document that it would execute.
 * @param view the schema as `restView` shows it.
 * @returns the documents by schema coordinate.
 */
export async function sofaDocuments(view: GraphQLSchema, routes: readonly Route[]): Promise<ReadonlyMap<string, DocumentNode>> {
  const documents = new Map<string, DocumentNode>();
  const sofa = useSofa({
    basePath: '/',
    schema: view,
    // Sofa has one route for each operation; further ones lead to the same document.
    routes: Object.fromEntries(routes.toReversed().map((route) => [route.operation, sofaRoute(route)])),
    swaggerUI: { endpoint: false },
    openAPI: { endpoint: false },
    execute: async ({ document }: ExecutionArgs) => {
      documents.set(coordinateOf(document), document);
      return { data: {} };
    },
  });
  for (const { method, path } of routes) {
    const url = `http://localhost${path.replaceAll(/\{\w+\}/g, '1')}`;
    await sofa.handleRequest(new Request(url, { method, body: method === 'GET' ? null : '{}' }), {});
  }
  for (const { operation } of routes) if (!documents.has(operation)) throw new Error(`Sofa has no operation for ${operation}`);
  return documents;
}

const sofaRoute = ({ method, path }: Route) => ({ method, path: path.replaceAll(/\{(\w+)\}/g, ':$1'), responseStatus: 200 });

/** The schema coordinate of the one root field, such as `Query.me`. */
function coordinateOf({ definitions }: DocumentNode): string {
  const { operation, selectionSet } = definitions[0] as OperationDefinitionNode;
  const [field] = selectionSet.selections;
  if (field?.kind !== Kind.FIELD) throw new Error('Sofa executed a document without a root field');
  return `${operation === 'query' ? 'Query' : 'Mutation'}.${field.name.value}`;
}
