import { errorCatalogue } from '../../../src/core/error-catalogue.js';
import {
  commonViolations,
  mediaType,
  parsed,
  type ReceivedResponse,
  type SentRequest,
  undescribedHeaders,
  type Violations,
} from './exchange.js';
import { describedAnswer, type Operation, operationsAt, schemaViolations } from './openapi.js';

/** The codes that any request can fail with, inside an operation or outside: the document lists them in its introduction. */
const anywhere = ['BAD_REQUEST', 'PAYLOAD_TOO_LARGE', 'RATE_LIMITED', 'INTERNAL_SERVER_ERROR', 'SERVICE_UNAVAILABLE', 'TIMEOUT'];

/** Compares a REST response with the OpenAPI document. */
export function restViolations(request: SentRequest, response: ReceivedResponse): Violations {
  const operations = operationsAt(request.url.pathname);
  if (request.method === 'OPTIONS' && response.status === 204) return optionsViolations(response);
  if (!operations) return errorViolations(request.method, response, ['NOT_FOUND', ...anywhere]);
  if (request.method === 'OPTIONS') return optionsViolations(response);
  const operation = operations.get(request.method === 'HEAD' ? 'GET' : request.method);
  if (!operation) return errorViolations(request.method, response, ['METHOD_NOT_ALLOWED', ...anywhere]);
  return operationViolations(request, operation, response);
}

function operationViolations({ method }: SentRequest, operation: Operation, response: ReceivedResponse): Violations {
  const described = describedAnswer(operation, response.status);
  if (!described) return [`answers ${response.status}, which is not described`];
  const names = described.headers.map(({ name }) => name.toLowerCase());
  const headers = described.headers.flatMap(({ name, required, isNumber, schema }) => {
    const value = response.headers.get(name);
    if (value === null) return required ? [`carries no ${name}`] : [];
    return schemaViolations(schema, isNumber ? Number(value) : value).map((violation) => `${name}: ${violation}`);
  });
  const violations = [...commonViolations(response), ...headers, ...undescribedHeaders(response, names)];
  if (method === 'HEAD' || described.content.length === 0) return violations;
  const type = mediaType(response);
  if (!described.content.includes(type)) return [...violations, `is ${type}, which is not described`];
  return [...violations, ...schemaViolations(described.schemaOf(type), parsed(response.body))];
}

/** Compares a response outside any operation with the error schema and the catalogue. @param codes the codes it may have. */
export function errorViolations(method: string, response: ReceivedResponse, codes: readonly string[]): Violations {
  const { error_code: code } = (parsed(response.body) ?? {}) as { error_code?: string };
  const isProblem = mediaType(response) === 'application/problem+json';
  const violations = [...commonViolations(response), ...undescribedHeaders(response, ['x-request-id', 'allow', 'retry-after'])];
  if (method === 'HEAD') return violations;
  if (!code || !codes.includes(code)) return [...violations, `is ${code}, and may be ${codes.join(', ')}`];
  if (errorCatalogue[code as keyof typeof errorCatalogue].status !== response.status)
    violations.push(`has status ${response.status} with ${code}`);
  if (response.status === 405 && !response.headers.get('allow')) violations.push('does not say which methods are allowed');
  return [...violations, ...schemaViolations(`/components/schemas/${isProblem ? 'Problem' : 'Error'}`, parsed(response.body))];
}

/** Checks a response to OPTIONS: it has `Allow`, or the preflight's fields (RFC 9110, section 9.3.7). */
export function optionsViolations(response: ReceivedResponse): Violations {
  if (response.status !== 204) return errorViolations('OPTIONS', response, anywhere);
  const violations = [...commonViolations(response), ...undescribedHeaders(response, ['x-request-id', 'allow'])];
  if (!response.headers.get('allow') && !response.headers.get('access-control-allow-methods'))
    violations.push('names no methods');
  return violations;
}
