import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { buildSchema, getVariableValues, isScalarType, Kind, parse } from 'graphql';
import { type Arguments, graphqlRequest, type Operation, type Outcome } from '../styles.js';
import { type Difference, literal, shownBeside } from './report.js';
import type { Step } from './steps.js';

/** One step as both twins answered it, ids and tokens and times by the parts that they play. */
export interface Answers {
  readonly graphql: Outcome;
  readonly rest: Outcome;
  /** Tells of the token that was sent whether it is good, or that there was none. Asked only where that decides. */
  token(): Promise<'good' | 'bad' | 'none'>;
}

const sdl = buildSchema(readFileSync(new URL('../../../schema.graphql', import.meta.url), 'utf8'));

// The SDL does not say what a scalar takes.
const dateTime = sdl.getType('DateTime');
if (isScalarType(dateTime)) {
  dateTime.parseValue = (value) => {
    if (typeof value !== 'string') throw new TypeError('DateTime must be a string');
    return value;
  };
}

/** Whether arguments do not even fit the SDL: GraphQL then refuses them before anything runs. */
function isRefusedBySdl(operation: Operation, args: Arguments): boolean {
  const { document, variables } = graphqlRequest(operation, args);
  const [definition] = parse(document).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`${operation} has no document`);
  const sent = JSON.parse(JSON.stringify(variables));
  return getVariableValues(sdl, definition.variableDefinitions ?? [], sent).errors !== undefined;
}

const forAnyone: ReadonlySet<Operation> = new Set([
  ...(['signup', 'login', 'refresh', 'health', 'databaseHealth'] as const),
  ...(['forgotPassword', 'resetPassword', 'confirmEmail'] as const),
]);
const successStatus: Partial<Record<Operation, number>> = {
  signup: 201,
  createTask: 201,
  logout: 204,
  deleteMe: 204,
  deleteTask: 204,
  forgotPassword: 202,
  resetPassword: 204,
  confirmEmail: 204,
  revokeSession: 204,
  revokeOtherSessions: 204,
  createApiToken: 201,
  revokeApiToken: 204,
};
/** The codes that a sequence may meet; what is not here is a difference to the contract, also when both say it. */
const errorStatus: Readonly<Record<string, number>> = {
  BAD_REQUEST: 400,
  UNAUTHENTICATED: 401,
  INVALID_CREDENTIALS: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  PRECONDITION_FAILED: 412,
  VALIDATION_ERROR: 422,
};

const said = ({ code, message, details, value, version }: Outcome) => ({ code, message, details, value, version });

/**
 * Holds the answers of both styles to one step against each other, and their HTTP statuses against the contract.
 * @returns what each said, in a line each; undefined when they agree.
 */
export async function compareOutcomes(
  { operation, args }: Step,
  { graphql, rest, token: askForToken }: Answers,
): Promise<Difference | undefined> {
  const isRefused = isRefusedBySdl(operation, args);
  const needsToken = !forAnyone.has(operation);
  const token = isRefused || graphql.code === 'UNAUTHENTICATED' ? await askForToken() : 'good';
  // REST decides caller asks before it reads what is asked; GraphQL reads the whole document first.
  const refusals = needsToken && token !== 'good' ? ['UNAUTHENTICATED'] : ['BAD_REQUEST', 'VALIDATION_ERROR', 'FORBIDDEN'];
  if (isRefused && !(graphql.code === 'BAD_REQUEST' && refusals.includes(rest.code ?? '')))
    return { graphql: `refused by the SDL: ${literal(said(graphql))}`, rest: literal(said(rest)) };
  if (!isRefused && !isDeepStrictEqual(said(graphql), said(rest)))
    return { graphql: shownBeside(said(graphql), said(rest)), rest: shownBeside(said(rest), said(graphql)) };

  // GraphQL over HTTP: a field's error is 200, a refusal of the whole request is the catalogue's.
  const isWhole = isRefused || (needsToken && token === 'bad');
  const graphqlStatus = isWhole ? errorStatus[graphql.code ?? ''] : 200;
  const restStatus = rest.code ? errorStatus[rest.code] : (successStatus[operation] ?? 200);
  const isExpected =
    graphql.status === graphqlStatus && rest.status === restStatus && (!graphql.code || graphql.code in errorStatus);
  return isExpected ? undefined : { graphql: statusLine(graphql, graphqlStatus), rest: statusLine(rest, restStatus) };
}

const statusLine = ({ code, status }: Outcome, expected: number | undefined): string =>
  `${code ?? 'success'} with status ${status}, ${status === expected ? 'as' : 'where'} the contract has ${expected ?? 'no such error'}`;
