import { hash } from 'node:crypto';
import { AppError, inputError } from '../core/errors.js';
import type { PageResult } from '../core/page.js';
import { matchesIfNoneMatch, parseEntityTags } from '../http/entity-tags.js';
import type { HeaderReader } from '../http/headers.js';

/** A resource that counts its changes. */
interface Versioned {
  readonly version: number;
}

/** A page of such resources. */
interface VersionedPage extends PageResult {
  readonly data: readonly (Versioned & { readonly id: string | number })[];
}

/**
 * The strong entity tag of a resource, which is its version, or of a page, which follows from its numbers and the versions of
 * its items (RFC 9110 §8.8.3).
 */
export function etagOf(source: unknown): string {
  const resource = source as Versioned | VersionedPage;
  if (!('data' in resource)) return `"${resource.version}"`;
  const { page, limit, total, hasNext, data } = resource;
  // `Link` goes with the content, and depends on whether there is a next page.
  const content = [page, limit, total ?? hasNext, ...data.map(({ id, version }) => `${id}:${version}`)].join();
  return `"${hash('sha256', content, 'base64url').slice(0, 27)}"`;
}

/** A version that nothing has. */
const neverMatches = 0;
const version = /^[1-9]\d{0,8}$/;

type PreconditionField = 'If-Match' | 'If-None-Match';

/**
 * @returns `*`, or the tags; undefined without the field.
 * @throws AppError `BAD_REQUEST` for a malformed field: to ignore it would lose somebody's change.
 */
function parsePrecondition(headers: HeaderReader, name: PreconditionField) {
  const field = headers.get(name);
  if (field === null) return undefined;
  const tags = parseEntityTags(field);
  if (!tags) throw inputError('BAD_REQUEST', [{ field: name, error: `${name} must be entity tags, such as "3", or *` }]);
  return tags;
}

/** What a write requires of the current version. */
interface VersionPreconditions {
  /** One of these must be the current version; undefined when any will do. */
  readonly matching?: readonly number[] | undefined;
  /** None of these may be the current version. */
  readonly excluded?: readonly number[] | undefined;
}

/** @returns the versions among entity tags, without tags that are not ours. */
const versionsOf = (tags: readonly { readonly opaque: string }[]): number[] =>
  tags.filter(({ opaque }) => version.test(opaque)).map(({ opaque }) => Number(opaque));

/**
 * Reads `If-Match` and `If-None-Match` of a write.
 * @throws AppError `BAD_REQUEST` when one of them is not a list of entity tags.
 */
export function versionPreconditions(headers: HeaderReader): VersionPreconditions {
  const required = parsePrecondition(headers, 'If-Match') ?? '*';
  const refused = parsePrecondition(headers, 'If-None-Match');
  // RFC 9110 §13.1.2: `*` is false for every resource that exists.
  if (refused === '*') return { matching: [neverMatches] };
  // `If-Match` by the strong comparison (RFC 9110 §8.8.3.2): a weak tag matches nothing; `If-None-Match` by the weak one.
  const matching = required === '*' ? undefined : versionsOf(required.filter(({ isWeak }) => !isWeak));
  return { matching: matching?.length === 0 ? [neverMatches] : matching, excluded: refused && versionsOf(refused) };
}

/** Refuses a request with a malformed `If-Match` before anything runs. @throws AppError `BAD_REQUEST` */
export const checkIfMatch = (headers: HeaderReader): void => void parsePrecondition(headers, 'If-Match');

/**
 * Evaluates the preconditions of a read, in the order of RFC 9110 §13.2.2.
 * @returns whether the client has the representation already: 304.
 * @throws AppError `PRECONDITION_FAILED` when `If-Match` names others; `BAD_REQUEST` when it is malformed.
 */
export function evaluatePreconditions(headers: HeaderReader, etag: string): boolean {
  const expected = parsePrecondition(headers, 'If-Match') ?? '*';
  if (expected !== '*' && !expected.some(({ isWeak, opaque }) => !isWeak && etag === `"${opaque}"`))
    throw new AppError('PRECONDITION_FAILED');
  return matchesIfNoneMatch(headers.get('if-none-match'), etag);
}
