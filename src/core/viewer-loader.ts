import DataLoader from 'dataloader';
import { attached } from './attached.js';
import type { Viewer } from './viewer.js';

/** Keeps one of a kind for each request's viewer, who is made anew with the request. */
export function forEachViewer<T>(make: (viewer: Viewer) => T): (viewer: Viewer) => T {
  const made = attached<Viewer, T>('made for this viewer');
  return (viewer) => {
    const one = made.get(viewer) ?? make(viewer);
    made.set(viewer, one);
    return one;
  };
}

/**
 * Makes one loader for each request's viewer. It batches what is asked at the same moment and caches nothing, so that a
 * mutation's later fields see what the earlier ones wrote.
 * @param batchFor makes the batch function for one viewer; keys may come twice.
 */
export const loaderForEach = <Key, Value>(
  batchFor: (viewer: Viewer) => DataLoader.BatchLoadFn<Key, Value>,
): ((viewer: Viewer) => DataLoader<Key, Value>) =>
  forEachViewer((viewer) => new DataLoader<Key, Value>(batchFor(viewer), { cache: false }));
