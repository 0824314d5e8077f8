import { errorCatalogue } from '../../../src/core/error-catalogue.js';
import { commonFaults, type Faults, type Got, mediaType, parsed, type Sent, undescribedHeaders } from './exchange.js';
import { describedAnswer, type Operation, operationsAt, schemaFaults } from './openapi.js';

/** The codes that any request can end in, also one to no operation: the document says so in its text. */
const anywhere = ['BAD_REQUEST', 'PAYLOAD_TOO_LARGE', 'RATE_LIMITED', 'INTERNAL_SERVER_ERROR', 'SERVICE_UNAVAILABLE', 'TIMEOUT'];

/** Holds an answer of REST against the OpenAPI document. */
export function restFaults(sent: Sent, got: Got): Faults {
  const operations = operationsAt(sent.url.pathname);
  if (!operations) return refusalFaults(got, ['NOT_FOUND', ...anywhere]);
  if (sent.method === 'OPTIONS') return optionsFaults(got);
  const operation = operations.get(sent.method === 'HEAD' ? 'GET' : sent.method);
  if (!operation) return refusalFaults(got, ['METHOD_NOT_ALLOWED', ...anywhere]);
  return operationFaults(sent, operation, got);
}

function operationFaults({ method }: Sent, operation: Operation, got: Got): Faults {
  const described = describedAnswer(operation, got.status);
  if (!described) return [`answers ${got.status}, which is not described`];
  const names = described.headers.map(({ name }) => name.toLowerCase());
  const headers = described.headers.flatMap(({ name, required, isNumber, schema }) => {
    const value = got.headers.get(name);
    if (value === null) return required ? [`carries no ${name}`] : [];
    return schemaFaults(schema, isNumber ? Number(value) : value).map((fault) => `${name}: ${fault}`);
  });
  const faults = [...commonFaults(got), ...headers, ...undescribedHeaders(got, names)];
  if (method === 'HEAD' || described.content.length === 0) return [...faults, ...(got.body === '' ? [] : ['has a body'])];
  const type = mediaType(got);
  if (!described.content.includes(type)) return [...faults, `is ${type}, which is not described`];
  return [...faults, ...schemaFaults(described.schemaOf(type), parsed(got.body))];
}

/** Holds an answer to no operation against the shape of errors and the catalogue. */
export function refusalFaults(got: Got, codes: readonly string[]): Faults {
  const { error_code: code } = (parsed(got.body) ?? {}) as { error_code?: string };
  const isProblem = mediaType(got) === 'application/problem+json';
  const faults = [...commonFaults(got), ...undescribedHeaders(got, ['x-request-id', 'allow', 'retry-after'])];
  if (got.body === '') return faults;
  if (!code || !codes.includes(code)) return [...faults, `is ${code}, and may be ${codes.join(', ')}`];
  if (errorCatalogue[code as keyof typeof errorCatalogue].status !== got.status)
    faults.push(`has status ${got.status} with ${code}`);
  if (got.status === 405 && !got.headers.get('allow')) faults.push('does not say which methods are allowed');
  return [...faults, ...schemaFaults(`/components/schemas/${isProblem ? 'Problem' : 'Error'}`, parsed(got.body))];
}

/** RFC 9110 §9.3.7: `Allow`, or to a preflight what it asked. */
export function optionsFaults(got: Got): Faults {
  if (got.status !== 204) return refusalFaults(got, anywhere);
  const faults = [...commonFaults(got), ...undescribedHeaders(got, ['x-request-id', 'allow'])];
  if (!got.headers.get('allow') && !got.headers.get('access-control-allow-methods')) faults.push('names no methods');
  return faults;
}
