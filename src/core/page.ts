import { type FieldFault, fieldError } from './errors.js';

/** The bounds of a page, in both styles. */
export const pageLimits = { max: 100, defaultLimit: 50, defaultFirst: 20, maxPage: 2_147_483_647 } as const;

const wholeNumber = (field: string, value: number, max: number): FieldFault[] =>
  Number.isInteger(value) && value >= 1 && value <= max
    ? []
    : [{ field, error: `${field} must be a whole number from 1 to ${max}` }];

/** How many rows a document counts with: what is out of bounds reads none, and is refused when its field runs. */
export const rowsExpected = (asked: number | null | undefined, otherwise: number): number =>
  Math.min(asked ?? otherwise, pageLimits.max);

/** One page by number. */
export interface PageRequest {
  /** From 1. */
  readonly page: number;
  /** Items on a page, 1 to 100. */
  readonly limit: number;
}

/**
 * Reads `page` and `limit`; null and absent take the defaults.
 * @throws AppError `BAD_REQUEST` outside the bounds: never clamped.
 */
export function pageRequest({ page, limit }: { page?: number | null; limit?: number | null }): PageRequest {
  const request = { page: page ?? 1, limit: limit ?? pageLimits.defaultLimit };
  const faults = [
    ...wholeNumber('page', request.page, pageLimits.maxPage),
    ...wholeNumber('limit', request.limit, pageLimits.max),
  ];
  if (faults.length > 0) throw fieldError('BAD_REQUEST', faults);
  return request;
}

/** The arguments of a connection (Cursor Connections Specification, section 4). */
export interface ConnectionArguments {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly last?: number | null;
  readonly before?: string | null;
}

/** How many edges from which end, between which cursors. */
export interface Slice {
  readonly count: number;
  /** True when the page is taken from the end (`last`). */
  readonly backward: boolean;
  readonly after: string | undefined;
  readonly before: string | undefined;
}

/**
 * Reads `first`, `after`, `last` and `before`.
 * @throws AppError `BAD_REQUEST` outside 1 to 100, and for `first` together with `last`.
 */
export function sliceRequest({ first, after, last, before }: ConnectionArguments): Slice {
  const faults = [
    ...(first == null ? [] : wholeNumber('first', first, pageLimits.max)),
    ...(last == null ? [] : wholeNumber('last', last, pageLimits.max)),
  ];
  if (first != null && last != null) faults.push({ field: 'last', error: 'first and last cannot be combined' });
  if (faults.length > 0) throw fieldError('BAD_REQUEST', faults);
  return {
    count: first ?? last ?? pageLimits.defaultFirst,
    backward: last != null,
    after: after ?? undefined,
    before: before ?? undefined,
  };
}
