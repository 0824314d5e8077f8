import DataLoader from 'dataloader';

/** Batches that may be in flight at once. Keys that arrive meanwhile wait, and leave together. */
const maxConcurrentBatches = 2;
/** When the last batch left longer ago than this, the database is far away, and one more batch may leave. */
const slowRoundTripMs = 20;
const maxBatchSize = 50;

/** What a batch of writes needs; reads need none of it. */
export interface BatchOptions<Key> {
  /** Keys with the same conflict key, such as two changes of one row, never share a batch: the later one waits for the earlier. */
  readonly conflictKey?: (key: Key) => unknown;
  /** Whether an error says that the batch changed nothing, so that its keys may be run again. Reads always may. */
  readonly isSafeToRetry?: (error: unknown) => boolean;
}

/**
 * Creates a function that collects the keys of concurrent requests into few statements. It never caches. A key that is alone
 * leaves at the next turn of the event loop; the busier the process, the larger the batches.
 * @param runOne runs a single key.
 * @param runMany runs several keys in one statement and returns their values in the order of the keys. When it fails,
 * each key is run alone, so that an error of one request does not reach another.
 */
export function createBatcher<Key, Value>(
  runOne: (key: Key) => Promise<Value>,
  runMany: (keys: readonly Key[]) => Promise<readonly Value[]>,
  { conflictKey, isSafeToRetry = () => true }: BatchOptions<Key> = {},
): (key: Key) => Promise<Value> {
  const scheduler = createScheduler();

  // Results are values here, errors included: DataLoader would resolve with an error of another realm, and reject with a value.
  async function runBatch(keys: readonly Key[]): Promise<PromiseSettledResult<Value>[]> {
    const runEach = () => Promise.allSettled(keys.map(runOne));
    try {
      if (keys.length === 1) return await runEach();
      return (await runMany(keys)).map((value) => ({ status: 'fulfilled', value }));
    } catch (error) {
      return isSafeToRetry(error) ? runEach() : keys.map(() => ({ status: 'rejected', reason: error }));
    }
  }

  const loader = new DataLoader<Key, PromiseSettledResult<Value>>((keys) => scheduler.track(runBatch(keys)), {
    cache: false,
    maxBatchSize,
    batchScheduleFn: scheduler.enqueue,
  });

  async function load(key: Key): Promise<Value> {
    const result = loader.load(key);
    scheduler.schedule();
    return unwrap(await result);
  }
  return conflictKey ? oneAtATime(load, conflictKey) : load;
}

function unwrap<Value>(result: PromiseSettledResult<Value>): Value {
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

/** Decides when batches leave. A batch of DataLoader takes keys until its `dispatch` is called. */
function createScheduler() {
  const queue: (() => void)[] = [];
  let inFlight = 0;
  let lastDispatchAt = 0;
  let isScheduled = false;

  function canDispatch(): boolean {
    if (inFlight < maxConcurrentBatches) return true;
    return inFlight === maxConcurrentBatches && performance.now() - lastDispatchAt > slowRoundTripMs;
  }

  function dispatchAll(): void {
    isScheduled = false;
    while (queue.length > 0 && canDispatch()) {
      lastDispatchAt = performance.now();
      queue.shift()?.();
    }
  }

  function schedule(): void {
    if (isScheduled || queue.length === 0) return;
    isScheduled = true;
    setImmediate(dispatchAll);
  }

  return {
    schedule,
    enqueue: (dispatch: () => void): void => {
      queue.push(dispatch);
    },
    /** Counts a batch as in flight until it settles. */
    track: async <T>(batch: Promise<T>): Promise<T> => {
      inFlight++;
      try {
        return await batch;
      } finally {
        inFlight--;
        schedule();
      }
    },
  };
}

/** Runs a key after the one before it with the same conflict key has settled, so that the two never share a batch. */
function oneAtATime<Key, Value>(
  load: (key: Key) => Promise<Value>,
  conflictKey: (key: Key) => unknown,
): (key: Key) => Promise<Value> {
  const latest = new Map<unknown, Promise<unknown>>();
  return (key) => {
    const name = conflictKey(key);
    const previous = latest.get(name);
    const result = previous ? previous.then(() => load(key)) : load(key);
    const settled = result.then(
      () => {},
      () => {},
    );
    latest.set(name, settled);
    void settled.then(() => {
      if (latest.get(name) === settled) latest.delete(name);
    });
    return result;
  };
}
