type Schema = Readonly<Record<string, unknown>>;

/**
 * Closes the schemas of responses, so that a property that the document does not describe is a fault. The published document
 * leaves them open, for a new field must not break clients.
 * @param schemas `components.schemas`. Those of request bodies stay open: unknown body fields are ignored.
 */
export const withClosedResponses = <Schemas extends object>(schemas: Schemas): Schemas =>
  Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [name, name.endsWith('Input') ? schema : closeObjects(schema)]),
  ) as Schemas;

function closeObjects(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closeObjects);
  if (typeof value !== 'object' || value === null) return value;
  const schema = Object.fromEntries(Object.entries(value as Schema).map(([key, part]) => [key, closeObjects(part)]));
  return schema.type === 'object' && schema.properties ? { ...schema, additionalProperties: false } : schema;
}
