/** Things tied to objects, each for as long as its object lives. */
export interface Attached<Key extends object, Value> {
  get(key: Key): Value | undefined;
  set(key: Key, value: Value): void;
}

/**
 * Ties things to objects that live as long as a request, by a property of the object's own. A WeakMap would do the same and
 * keep all of it until the next major collection: V8's scavenger takes the values of an old map for roots.
 * @param name for whoever looks at such an object.
 */
export function attached<Key extends object, Value>(name: string): Attached<Key, Value> {
  const property = Symbol(name);
  type Holder = { [property]?: Value };
  return {
    get: (key) => (key as Holder)[property],
    set: (key, value) => {
      (key as Holder)[property] = value;
    },
  };
}
