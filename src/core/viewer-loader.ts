import DataLoader from 'dataloader';
import type { Viewer } from './viewer.js';

/**
 * Makes one loader for each request's viewer, made anew with the request. It batches what is asked at the same moment
 * and caches nothing, so that a mutation's later fields see what the earlier ones wrote.
 * @param batchFor makes the batch function for one viewer; keys may come twice.
 */
export function loaderForEach<Key, Value>(
  batchFor: (viewer: Viewer) => DataLoader.BatchLoadFn<Key, Value>,
): (viewer: Viewer) => DataLoader<Key, Value> {
  const loaders = new WeakMap<Viewer, DataLoader<Key, Value>>();
  return (viewer) => {
    const loader = loaders.get(viewer) ?? new DataLoader<Key, Value>(batchFor(viewer), { cache: false });
    loaders.set(viewer, loader);
    return loader;
  };
}
