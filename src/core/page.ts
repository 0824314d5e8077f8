import { type FieldError, inputError, labelOf } from './errors.js';

/** The bounds of a page, in both APIs. */
export const pageLimits = { max: 100, defaultLimit: 50, defaultFirst: 20, maxPage: 2_147_483_647 } as const;

const wholeNumber = (field: string, value: number, max: number): FieldError[] =>
  Number.isInteger(value) && value >= 1 && value <= max
    ? []
    : [{ field, error: `${labelOf(field)} must be a whole number from 1 to ${max}` }];

/** How many rows a field counts with in the cost of a document: arguments out of bounds are refused when the field runs. */
export const expectedRows = (requested: number | null | undefined, defaultCount: number): number =>
  Math.min(requested ?? defaultCount, pageLimits.max);

/** Which page by number. */
export interface PageRequest {
  /** From 1. */
  readonly page: number;
  /** Items on a page, 1 to 100. */
  readonly limit: number;
}

/** What the numbers of a page say about the pages around it. */
export interface PageResult extends PageRequest {
  /** The number of all items; undefined when it was not counted. */
  readonly total: number | undefined;
  readonly hasNext: boolean;
}

/**
 * Reads `page` and `limit`; null and absent take the defaults.
 * @throws AppError `BAD_REQUEST` outside the bounds: never clamped.
 */
export function parsePageArgs({ page, limit }: { page?: number | null; limit?: number | null }): PageRequest {
  const request = { page: page ?? 1, limit: limit ?? pageLimits.defaultLimit };
  const faults = [
    ...wholeNumber('page', request.page, pageLimits.maxPage),
    ...wholeNumber('limit', request.limit, pageLimits.max),
  ];
  if (faults.length > 0) throw inputError('BAD_REQUEST', faults);
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
export interface ConnectionWindow {
  readonly count: number;
  /** Whether the edges are taken from the end (`last`). */
  readonly isBackward: boolean;
  readonly after: string | undefined;
  readonly before: string | undefined;
}

/**
 * Reads `first`, `after`, `last` and `before`.
 * @throws AppError `BAD_REQUEST` outside 1 to 100, and for `first` together with `last`.
 */
export function parseConnectionArgs({ first, after, last, before }: ConnectionArguments): ConnectionWindow {
  const faults = [
    ...(first == null ? [] : wholeNumber('first', first, pageLimits.max)),
    ...(last == null ? [] : wholeNumber('last', last, pageLimits.max)),
  ];
  if (first != null && last != null) faults.push({ field: 'last', error: '`first` and `last` cannot be combined' });
  if (faults.length > 0) throw inputError('BAD_REQUEST', faults);
  return {
    count: first ?? last ?? pageLimits.defaultFirst,
    isBackward: last != null,
    after: after ?? undefined,
    before: before ?? undefined,
  };
}
