import { isDeepStrictEqual } from 'node:util';
import { openTestApp, type TestApp } from '../app.js';
import { type Arguments, graphqlStyle, type Outcome, restStyle, type Style } from '../styles.js';
import { type Answers, compareOutcomes } from './compare.js';
import { type Fixtures, insertFixtures, newFixtures } from './fixtures.js';
import { Normalizer } from './normalizer.js';
import { type Difference, rowsBeside, stepLine } from './report.js';
import { type Rows, readRows } from './rows.js';
import { RefreshTokenReference, type Step } from './steps.js';

/** Thrown when the styles differ: its message is the sequence up to there and what each said. */
class MismatchError extends Error {
  constructor(steps: readonly Step[], { graphql, rest }: Difference) {
    super([...steps.map(stepLine), `  GraphQL: ${graphql}`, `  REST:    ${rest}`].map((line) => `  ${line}`).join('\n'));
    this.name = 'MismatchError';
  }
}

/** One app that is spoken to in one style alone, over a database of its own. */
interface StyleApp {
  readonly style: Style;
  readonly app: TestApp;
}

/** Two apps that differ in nothing but how they are spoken to. */
export interface AppPair {
  /** Plays a sequence on both. @throws Error that says how they differ. */
  play(steps: readonly Step[]): Promise<void>;
  close(): Promise<void>;
}

/** Opens both, with the same secret. */
export async function openPair(): Promise<AppPair> {
  const apps = await Promise.all([openTestApp(), openTestApp()]);
  const twins = [graphqlStyle, restStyle].map((style, n) => ({ style, app: apps[n] as TestApp }));
  return {
    play: (steps) => play(twins as [StyleApp, StyleApp], steps),
    close: async () => {
      await Promise.all(apps.map((app) => app.close()));
    },
  };
}

async function play(twins: readonly [StyleApp, StyleApp], steps: readonly Step[]): Promise<void> {
  const fixtures = await newFixtures();
  const [graphql, rest] = (await Promise.all(twins.map((twin) => enterTwin(twin, fixtures)))) as [Player, Player];
  for (const [n, step] of steps.entries()) {
    // At the same time: they have nothing in common.
    const [ofGraphql, ofRest] = await Promise.all([graphql.act(step), rest.act(step)]);
    const difference = await compareOutcomes(step, { graphql: ofGraphql, rest: ofRest, token: rest.token });
    if (difference) throw new MismatchError(steps.slice(0, n + 1), difference);
  }
  const difference = rowDifference(await graphql.rows(), await rest.rows());
  if (!difference) return;
  // Rows are read at the end alone: what came after the step that made them differ is no part of it.
  if (steps.length > 1) await play(twins, steps.slice(0, -1));
  throw new MismatchError(steps, difference);
}

/** A twin during one sequence. */
interface Player {
  act(step: Step): Promise<Outcome>;
  /** Whether the token that was sent last is good. */
  readonly token: Answers['token'];
  rows(): Promise<Rows>;
}

async function enterTwin({ style, app }: StyleApp, fixtures: Fixtures): Promise<Player> {
  await insertFixtures(app.db, fixtures);
  app.lines.length = 0;
  const normalizer = new Normalizer(fixtures);
  const sent = ({ caller }: Step) => (caller === 'whoever signed in last' ? normalizer.signedIn : fixtures.tokens[caller]);
  let token: string | undefined;
  return {
    act: async (step) => {
      token = sent(step);
      await normalizer.begin(step.args);
      const outcome = await style.call(app.fetch, step.operation, resolved(step.args, fixtures, normalizer), token);
      return { ...outcome, value: normalizer.end(outcome.value), details: normalizer.of(outcome.details) as Outcome['details'] };
    },
    token: async () => {
      if (token === undefined) return 'none';
      return (await style.call(app.fetch, 'me', {}, token)).code ? 'bad' : 'good';
    },
    rows: () => readRows(app.db, normalizer),
  };
}

/** Puts a twin's own refresh token in the place of one that is only spoken of. */
function resolved(args: Arguments, fixtures: Fixtures, { handedOut }: Normalizer): Arguments {
  const { refreshToken } = (args.input ?? {}) as { refreshToken?: unknown };
  if (!(refreshToken instanceof RefreshTokenReference)) return args;
  const { which } = refreshToken;
  const token = typeof which === 'string' ? fixtures.refreshTokens[which] : (handedOut[which] ?? 'none was handed out');
  return { ...args, input: { ...(args.input as object), refreshToken: token } };
}

function rowDifference(graphql: Rows, rest: Rows): Difference | undefined {
  for (const table of Object.keys(graphql)) {
    if (isDeepStrictEqual(graphql[table], rest[table])) continue;
    const rows = (own: Rows, other: Rows) => `afterwards in ${table}: ${rowsBeside(own[table] ?? [], other[table] ?? [])}`;
    return { graphql: rows(graphql, rest), rest: rows(rest, graphql) };
  }
  return undefined;
}
