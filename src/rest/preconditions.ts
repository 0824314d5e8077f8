import { hash } from 'node:crypto';
import { AppError, fieldError } from '../core/errors.js';
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

/** @throws AppError `BAD_REQUEST` for a malformed field: to ignore it would lose somebody's change. */
function parseIfMatch(field: string) {
  const tags = parseEntityTags(field);
  if (!tags) throw fieldError('BAD_REQUEST', [{ field: 'If-Match', error: 'If-Match must be entity tags, such as "3", or *' }]);
  return tags;
}

/**
 * Reads `If-Match` of a write.
 * @returns the versions of which one must be the current one; undefined when any will do.
 * @throws AppError `BAD_REQUEST` when it is not a list of entity tags.
 */
export function ifMatchVersions(field: string | null): readonly number[] | undefined {
  if (field === null) return undefined;
  const tags = parseIfMatch(field);
  if (tags === '*') return undefined;
  // By the strong comparison (RFC 9110 §8.8.3.2): a weak tag matches nothing, and so does one that is not ours.
  const versions = tags.filter(({ isWeak, opaque }) => !isWeak && version.test(opaque)).map(({ opaque }) => Number(opaque));
  return versions.length > 0 ? versions : [neverMatches];
}

/** Refuses a read with a malformed `If-Match` before anything runs. @throws AppError `BAD_REQUEST` */
export function checkIfMatch(headers: HeaderReader): void {
  const field = headers.get('if-match');
  if (field !== null) parseIfMatch(field);
}

/**
 * Evaluates the preconditions of a read, in the order of RFC 9110 §13.2.2.
 * @returns whether the client has the representation already: 304.
 * @throws AppError `PRECONDITION_FAILED` when `If-Match` names others; `BAD_REQUEST` when it is malformed.
 */
export function evaluatePreconditions(headers: HeaderReader, etag: string): boolean {
  const expected = parseIfMatch(headers.get('if-match') ?? '*');
  if (expected !== '*' && !expected.some(({ isWeak, opaque }) => !isWeak && etag === `"${opaque}"`))
    throw new AppError('PRECONDITION_FAILED');
  return matchesIfNoneMatch(headers.get('if-none-match'), etag);
}
